using System.Net;
using System.Net.Sockets;
using LayerShuffle.Security;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.Transport.Wire;

/// <summary>
/// Listens, lets in who proves to belong to this run, and reads frames from them. One connection per peer: a new one replaces the old, after the old one's last
/// frame was handed on.
/// </summary>
internal sealed class IncomingConnections : IAsyncDisposable
{
    private readonly DataPlaneOptions options;
    private readonly ClusterIdentity? identity;
    private readonly Action<IncomingFrame> received;
    private readonly PlaneLog log;
    private readonly CancellationTokenSource end = new();
    private readonly Lock gate = new();
    private readonly Dictionary<int, int> newest = [];
    private readonly Dictionary<int, IncomingConnection> peers = [];
    private readonly HashSet<Task> serving = [];
    private readonly Socket listener;
    private readonly Task accepting;
    private readonly Newcomers<Socket> pending;

    public IncomingConnections(DataPlaneOptions options, ClusterIdentity? identity, Action<IncomingFrame> received, PlaneLog log)
    {
        ListenPolicy.Check(options.Listen.Address, options.LocalOnly ? null : identity);
        pending = new Newcomers<Socket>(options.MaxPendingHandshakes);
        this.options = options;
        this.identity = identity;
        this.received = received;
        this.log = log;
        listener = Listener.Open(options.Listen, "activations", "--data-port", 512);
        ListenEndPoint = (IPEndPoint)listener.LocalEndPoint!;
        accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where peers connect to.</summary>
    public IPEndPoint ListenEndPoint { get; }

    /// <summary>A peer is known to run in <paramref name="incarnation"/>: connections of earlier ones are closed and refused.</summary>
    public void Observe(int endpoint, int incarnation)
    {
        IncomingConnection? outdated = null;
        lock (gate)
        {
            if (newest.TryGetValue(endpoint, out int known) && known >= incarnation)
                return;
            newest[endpoint] = incarnation;
            if (peers.TryGetValue(endpoint, out IncomingConnection? connection) && connection.Incarnation < incarnation)
                outdated = connection;
        }

        outdated?.Close();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Dispose();
        await accepting;
        Task[] rest;
        lock (gate)
            rest = [.. serving];
        await Task.WhenAll(rest);
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listener.AcceptAsync(end.Token);
                if (pending.Add(socket) is { } oldest)
                {
                    oldest.Dispose();
                    log.Once($"More than {options.MaxPendingHandshakes} connections had not yet proven themselves; the oldest were closed.");
                }

                Task task = Task.Run(() => ServeAsync(socket));
                lock (gate)
                    serving.Add(task);
                _ = task.ContinueWith(
                    done =>
                    {
                        lock (gate)
                            serving.Remove(done);
                    }, TaskScheduler.Default);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException || end.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e)
            {
                log.Once($"A connection could not be accepted: {e.Message}"); // too many open files, say: it may pass
                try
                {
                    await Task.Delay(options.FirstBackoff, options.Time, end.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        string remote = "an unknown address";
        bool closed = false;
        Stream? stream = null;
        try
        {
            Hello peer;
            try
            {
                remote = ((IPEndPoint)socket.RemoteEndPoint!).Address.ToString();
                PlaneSockets.Configure(socket);
                stream = new NetworkStream(socket, ownsSocket: true);
                using var timeout = new CancellationTokenSource(options.HandshakeTimeout, options.Time);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, end.Token);
                if (options.LocalOnly && identity?.PlaneKey is { } key)
                    await KeyedHandshake.AcceptAsync(socket, stream, key, both.Token);
                else if (identity is not null)
                    stream = await identity.AuthenticateAsServerAsync(stream, both.Token);
                var own = new Hello(Hello.CurrentVersion, options.Token, options.Endpoint, options.Incarnation, -1, Hello.AnyIncarnation);
                peer = await Handshake.AcceptAsync(stream, own, Newest, both.Token);
            }
            finally
            {
                closed = !pending.Remove(socket);
            }

            await ReadAsync(socket, stream, peer);
        }
        catch (Exception e)
        {
            if (!end.IsCancellationRequested && !closed)
                log.Once($"A connection from {remote} was closed: "
                    + (e is OperationCanceledException ? $"it did not complete the handshake within {options.HandshakeTimeout.TotalSeconds} s." : Sentence(e)));
        }
        finally
        {
            if (stream is not null)
                await QuietlyDisposeAsync(stream);
            socket.Dispose();
        }
    }

    private async Task ReadAsync(Socket socket, Stream stream, Hello peer)
    {
        using var connection = new IncomingConnection(socket, peer.Incarnation, end.Token);
        IncomingConnection? previous;
        lock (gate)
        {
            if (newest.GetValueOrDefault(peer.Endpoint, int.MinValue) > peer.Incarnation)
                return; // overtaken since the handshake
            newest[peer.Endpoint] = peer.Incarnation;
            peers.TryGetValue(peer.Endpoint, out previous);
            peers[peer.Endpoint] = connection;
        }

        try
        {
            if (previous is not null)
            {
                previous.Close();
                await previous.Ended; // its last frame comes before this connection's first
            }

            using var reader = new FrameReader(stream, peer.Endpoint, options.Limits);
            while (await reader.ReadAsync(connection.Closed) is { } frame)
                Hand(frame);
        }
        catch (Exception e)
        {
            if (!connection.Closed.IsCancellationRequested)
                log.Write($"The connection from {Hello.Name(peer.Endpoint)} was closed: {Sentence(e)}");
        }
        finally
        {
            lock (gate)
            {
                if (peers.GetValueOrDefault(peer.Endpoint) == connection)
                    peers.Remove(peer.Endpoint);
            }

            connection.SetEnded();
        }
    }

    private void Hand(IncomingFrame frame)
    {
        try
        {
            received(frame);
        }
        catch (Exception e)
        {
            frame.Dispose();
            log.Write($"A frame of kind {frame.Kind} from {Hello.Name(frame.From)} could not be handled: {e}");
        }
    }

    private int Newest(int endpoint)
    {
        lock (gate)
            return newest.GetValueOrDefault(endpoint, int.MinValue);
    }

    private static string Sentence(Exception e) => e is EndOfStreamException ? "it ended before it had said all that it had begun to say." : e.Message;

    private static async ValueTask QuietlyDisposeAsync(Stream stream)
    {
        try
        {
            await stream.DisposeAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Saying goodbye to a peer that has gone.
        }
    }
}

/// <summary>A peer's connection that has passed the handshake.</summary>
internal sealed class IncomingConnection : IDisposable
{
    private readonly CancellationTokenSource closing;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Socket socket;

    public IncomingConnection(Socket socket, int incarnation, CancellationToken end)
    {
        this.socket = socket;
        Incarnation = incarnation;
        closing = CancellationTokenSource.CreateLinkedTokenSource(end);
        Closed = closing.Token;
    }

    /// <summary>The peer's incarnation.</summary>
    public int Incarnation { get; }

    /// <summary>Cancelled when nothing more is to be read.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Completes when nothing more is handed on.</summary>
    public Task Ended => ended.Task;

    /// <summary>Reads no more.</summary>
    public void Close()
    {
        try
        {
            closing.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }

        socket.Dispose();
    }

    /// <summary>Nothing more is handed on.</summary>
    public void SetEnded() => ended.TrySetResult();

    /// <inheritdoc/>
    public void Dispose() => closing.Dispose();
}
