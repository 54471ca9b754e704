using System.Net;
using System.Net.Sockets;
using LayerShuffle.Core.Metrics;
using LayerShuffle.Security;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.Transport.Wire;

/// <summary>
/// Everything that goes to one incarnation of one peer: its queue, and the connection that is opened when there is something to send and opened again when it
/// breaks.
/// </summary>
internal sealed class PeerSender : IAsyncDisposable
{
    private readonly int endpoint;
    private readonly DataPlaneOptions options;
    private readonly ClusterIdentity? identity;
    private readonly PlaneLog log;
    private readonly CancellationTokenSource end = new();
    private readonly Task loop;
    private volatile DnsEndPoint address;
    private volatile PeerConnection? current;
    private string? lastFailure; // as it was logged
    private volatile string? failure;

    public PeerSender(int endpoint, DnsEndPoint address, int incarnation, DataPlaneOptions options, ClusterIdentity? identity, PlaneLog log)
    {
        this.endpoint = endpoint;
        this.address = address;
        this.options = options;
        this.identity = identity;
        this.log = log;
        Incarnation = incarnation;
        Queue = new FrameQueue(options.MaxInFlightBytes);
        loop = Task.Run(RunAsync);
    }

    /// <summary>The incarnation that all frames are meant for.</summary>
    public int Incarnation { get; }

    /// <summary>What waits.</summary>
    public FrameQueue Queue { get; }

    /// <summary>Why it could not connect, last; null once it could.</summary>
    public string? Failure => failure;

    /// <summary>The same incarnation at another address: the connection is opened anew.</summary>
    public void Move(DnsEndPoint to)
    {
        if (to.Equals(address))
            return;
        address = to;
        current?.Close();
    }

    /// <summary>Stops; queued frames are dropped for <paramref name="reason"/>, a frame being written too.</summary>
    public async Task StopAsync(string reason)
    {
        Queue.Close(reason);
        await end.CancelAsync();
        current?.Close();
        await loop;
        Queue.Close(reason);
        end.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync("The data plane was closed.");

    private async Task RunAsync()
    {
        PeerConnection? connection = null;
        try
        {
            while (true)
            {
                await Queue.WaitAsync(end.Token);
                if (connection is null || connection.IsClosed)
                {
                    if (connection is not null)
                        await connection.DisposeAsync();
                    connection = null;
                    connection = current = await ConnectUntilDoneAsync();
                    if (!connection.Target.Equals(address))
                        connection.Close(); // it moved meanwhile
                    if (connection.IsClosed)
                        continue;
                }

                if (Queue.TryTake() is { } frame)
                    await WriteAsync(connection, frame);
            }
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // Stopped, wherever it was.
        }
        finally
        {
            current = null;
            if (connection is not null)
                await connection.DisposeAsync();
        }
    }

    private async Task WriteAsync(PeerConnection connection, PreparedFrame frame)
    {
        Exception? failure = null;
        try
        {
            await connection.Writer.WriteAsync(frame, connection.Closed);
            ClusterMetrics.DataSent(frame.Bytes, endpoint);
        }
        catch (Exception e)
        {
            connection.Close();
            failure = new FrameDroppedException($"The connection to {Hello.Name(endpoint)} was lost while a frame was being written: {e.Message}", e);
            if (!end.IsCancellationRequested)
                log.Write(failure.Message);
        }

        try
        {
            Queue.Release(frame, failure);
        }
        catch (Exception e)
        {
            log.Write($"Whoever sent a frame to {Hello.Name(endpoint)} failed when told that it was written: {e}");
        }
    }

    private async Task<PeerConnection> ConnectUntilDoneAsync()
    {
        for (TimeSpan wait = options.FirstBackoff; ; wait = wait * 2 < options.LongestBackoff ? wait * 2 : options.LongestBackoff)
        {
            try
            {
                PeerConnection connection = await ConnectAsync();
                lastFailure = failure = null;
                return connection;
            }
            catch (Exception e) when (!end.IsCancellationRequested)
            {
                string text = e is OperationCanceledException
                    ? $"Connecting to {Hello.Name(endpoint)} at {Text(address)} took more than {options.HandshakeTimeout.TotalSeconds} s."
                    : $"Connecting to {Hello.Name(endpoint)} at {Text(address)} failed: {Reason(e)}";
                if (text != lastFailure)
                    log.Write(text + " It is tried again.");
                lastFailure = text;
                failure = e is OperationCanceledException ? $"no answer within {options.HandshakeTimeout.TotalSeconds} s" : Reason(e);
            }

            await Task.Delay(wait, options.Time, end.Token);
        }
    }

    private async Task<PeerConnection> ConnectAsync()
    {
        DnsEndPoint target = address;
        using var timeout = new CancellationTokenSource(options.HandshakeTimeout, options.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, end.Token);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        Stream? stream = null;
        try
        {
            PlaneSockets.Configure(socket);
            await socket.ConnectAsync(target, both.Token);
            ListenPolicy.CheckPeer(((IPEndPoint)socket.RemoteEndPoint!).Address, options.LocalOnly ? null : identity);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (options.LocalOnly && identity?.PlaneKey is { } key)
                await KeyedHandshake.ConnectAsync(socket, stream, key, both.Token);
            else if (identity is not null)
                stream = await identity.AuthenticateAsClientAsync(stream, both.Token);
            await Handshake.ConnectAsync(stream, new Hello(Hello.CurrentVersion, options.Token, options.Endpoint, options.Incarnation, endpoint, Incarnation),
                both.Token);
            return new PeerConnection(socket, stream, target);
        }
        catch
        {
            if (stream is not null)
                await stream.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

    private static string Text(DnsEndPoint address) => HostAddress.Text(address.Host, address.Port);

    private string Reason(Exception e) => e switch
    {
        EndOfStreamException => identity is null
            ? "it closed the connection without an answer; it may have a cluster secret, which this process lacks, and its log says more."
            : "it closed the connection without an answer; it may have refused this process's certificate, and its log says more.",
        _ => e.Message,
    };
}

/// <summary>
/// An open connection to a peer. The peer never says anything on it after the handshake, so a read that ends means that the peer has gone, also while nothing
/// is being sent.
/// </summary>
internal sealed class PeerConnection : IAsyncDisposable
{
    private readonly Socket socket;
    private readonly Stream stream;
    private readonly CancellationTokenSource closing = new();
    private readonly Task watch;

    public PeerConnection(Socket socket, Stream stream, DnsEndPoint target)
    {
        Target = target;
        this.socket = socket;
        this.stream = stream;
        Closed = closing.Token;
        Writer = new FrameWriter(stream);
        watch = WatchAsync();
    }

    /// <summary>The address that was connected to.</summary>
    public DnsEndPoint Target { get; }

    /// <summary>Writes frames here.</summary>
    public FrameWriter Writer { get; }

    /// <summary>Cancelled when the connection is closed, by either side.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Whether it is closed.</summary>
    public bool IsClosed => closing.IsCancellationRequested;

    /// <summary>Ends what goes on and closes the socket, also under a write that the peer does not take.</summary>
    public void Close()
    {
        try
        {
            closing.Cancel();
        }
        catch (ObjectDisposedException)
        {
        }

        socket.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Close();
        await watch;
        await stream.DisposeAsync();
        Writer.Dispose();
        closing.Dispose();
    }

    private async Task WatchAsync()
    {
        try
        {
            await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, Closed);
        }
        catch (Exception)
        {
            // Whatever the reason: it is over.
        }

        await Task.Yield();
        Close();
    }
}

/// <summary>Settings of every socket of the data plane.</summary>
internal static class PlaneSockets
{
    /// <summary>
    /// No waiting for full packets (a frame's end must not linger); a peer whose machine is gone is noticed within half a minute. Buffers are left to the
    /// system, which grows them as needed.
    /// </summary>
    public static void Configure(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }
}

/// <summary>
/// Frames that wait for one peer, first in first out, with a bound on their bytes; the frame being written counts until it is released. Thread-safe; frames are
/// finished outside the lock.
/// </summary>
internal sealed class FrameQueue(long limit)
{
    private readonly Lock gate = new();
    private readonly LinkedList<PreparedFrame> frames = [];
    private readonly LinkedList<(PreparedFrame Frame, TaskCompletionSource Admitted)> waiting = [];
    private TaskCompletionSource? arrival;
    private string? closed;

    /// <summary>Bytes queued and being written.</summary>
    public long Bytes { get; private set; }

    /// <summary>Queues a frame if there is room and nobody waits for some.</summary>
    public bool TryAdd(PreparedFrame frame)
    {
        lock (gate)
        {
            if (closed is not null || waiting.Count > 0 || !HasRoom(frame))
                return false;
            Admit(frame);
            return true;
        }
    }

    /// <summary>Queues a frame as soon as there is room. Cancelled before that, it was never queued.</summary>
    /// <exception cref="FrameDroppedException">The queue was closed.</exception>
    public async ValueTask AddAsync(PreparedFrame frame, CancellationToken cancellation)
    {
        LinkedListNode<(PreparedFrame, TaskCompletionSource Admitted)> node;
        lock (gate)
        {
            if (closed is not null)
                throw new FrameDroppedException(closed);
            if (waiting.Count == 0 && HasRoom(frame))
            {
                Admit(frame);
                return;
            }

            node = waiting.AddLast((frame, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        await using CancellationTokenRegistration registration = cancellation.UnsafeRegister(_ =>
        {
            lock (gate)
            {
                if (node.List is null)
                    return; // admitted or failed already
                waiting.Remove(node);
                AdmitWaiting(); // it may have stood before smaller ones
            }

            node.Value.Admitted.TrySetCanceled(cancellation);
        }, null);
        await node.Value.Admitted.Task;
    }

    /// <summary>Waits until a frame is there.</summary>
    public Task WaitAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (frames.Count > 0)
                return Task.CompletedTask;
            arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return arrival.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>Takes the first frame; its bytes count until <see cref="Release"/>.</summary>
    public PreparedFrame? TryTake()
    {
        lock (gate)
        {
            PreparedFrame? frame = frames.First?.Value;
            if (frame is not null)
                frames.RemoveFirst();
            return frame;
        }
    }

    /// <summary>Takes a frame back that nobody has begun to write. False if that is too late.</summary>
    public bool TryWithdraw(PreparedFrame frame)
    {
        lock (gate)
        {
            if (!frames.Remove(frame))
                return false;
            Bytes -= frame.Bytes;
            AdmitWaiting();
            return true;
        }
    }

    /// <summary>Ends a frame that was taken and makes room.</summary>
    public void Release(PreparedFrame frame, Exception? failure)
    {
        lock (gate)
        {
            Bytes -= frame.Bytes;
            AdmitWaiting();
        }

        frame.Finish(failure);
    }

    /// <summary>Drops what is queued and refuses what comes.</summary>
    public void Close(string reason)
    {
        List<PreparedFrame> dropped;
        List<TaskCompletionSource> refused;
        lock (gate)
        {
            closed ??= reason;
            dropped = [.. frames];
            refused = [.. waiting.Select(w => w.Admitted)];
            frames.Clear();
            waiting.Clear();
            foreach (PreparedFrame frame in dropped)
                Bytes -= frame.Bytes;
        }

        foreach (PreparedFrame frame in dropped)
            frame.Finish(new FrameDroppedException(reason));
        foreach (TaskCompletionSource waiter in refused)
            waiter.TrySetException(new FrameDroppedException(reason));
    }

    private bool HasRoom(PreparedFrame frame) => Bytes == 0 || Bytes + frame.Bytes <= limit;

    private void Admit(PreparedFrame frame)
    {
        frames.AddLast(frame);
        Bytes += frame.Bytes;
        arrival?.TrySetResult();
        arrival = null;
    }

    private void AdmitWaiting()
    {
        while (waiting.First is { } first && HasRoom(first.Value.Frame))
        {
            waiting.RemoveFirst();
            Admit(first.Value.Frame);
            first.Value.Admitted.TrySetResult();
        }
    }
}

/// <summary>A frame was given up before it was written: its connection broke, its peer has a new incarnation or was removed, or the plane ended.</summary>
public sealed class FrameDroppedException : IOException
{
    /// <summary>An error with a sentence that says why.</summary>
    public FrameDroppedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
