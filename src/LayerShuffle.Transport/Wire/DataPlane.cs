using System.IO.Hashing;
using System.Net;
using System.Text;
using LayerShuffle.Security;
using Microsoft.Extensions.Logging;

namespace LayerShuffle.Transport.Wire;

/// <summary>
/// Moves tensors between endpoints over TCP connections of their own, one per ordered pair (the sender connects to the receiver). Frames to one peer keep their
/// order. Nothing is acknowledged: a frame that was written when a connection broke may or may not have arrived, and whoever cares sends again. Thread-safe.
/// </summary>
public sealed class DataPlane : IAsyncDisposable
{
    private readonly DataPlaneOptions options;
    private readonly ClusterIdentity? identity;
    private readonly PlaneLog log;
    private readonly IncomingConnections incoming;
    private readonly Lock gate = new();
    private readonly Dictionary<int, PeerSender> peers = [];
    private readonly HashSet<Task> stopping = [];
    private bool disposed;

    /// <summary>Listens at once; connects when there is something to send.</summary>
    /// <param name="options">Who this is and what it may use.</param>
    /// <param name="identity">Whom to believe; null: loopback addresses only. Stays the caller's.</param>
    /// <param name="received">Is given every frame, which it owns: in order for each peer, at the same time for different peers, on threads of the pool. While
    /// it runs nothing more is read from that peer.
    /// It must not wait for the plane's own disposal.</param>
    /// <param name="log">Is given sentences about connections that fail or are refused, on any thread; each stranger's kind of failure once.</param>
    /// <exception cref="InsecureAddressException">The address to listen on is not loopback and there is no identity.</exception>
    /// <exception cref="IOException">The address is taken or not this machine's.</exception>
    public DataPlane(DataPlaneOptions options, ClusterIdentity? identity, Action<IncomingFrame> received, ILogger? log = null)
    {
        this.options = options;
        this.identity = identity;
        this.log = new PlaneLog(log);
        incoming = new IncomingConnections(options, identity, received, this.log);
    }

    /// <summary>Where this endpoint listens.</summary>
    public IPEndPoint ListenEndPoint => incoming.ListenEndPoint;

    /// <summary>
    /// Says where a peer is. A newer incarnation drops everything queued for the older one, and its incoming connection; an older incarnation than the known
    /// one is ignored. The same incarnation at another address keeps the queue.
    /// </summary>
    /// <exception cref="InsecureAddressException">The address is a number that is not loopback and there is no identity (a name is checked when it has been
    /// resolved, and failures are logged).</exception>
    /// <exception cref="ObjectDisposedException">The plane was closed.</exception>
    public void SetPeer(int endpoint, string host, int port, int incarnation)
    {
        if (endpoint == options.Endpoint)
            throw new ArgumentException($"{Hello.Name(endpoint)} is this endpoint itself, not a peer.", nameof(endpoint));
        if (IPAddress.TryParse(host, out IPAddress? address))
            ListenPolicy.CheckPeer(address, options.LocalOnly ? null : identity);
        var where = new DnsEndPoint(host, port);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (peers.TryGetValue(endpoint, out PeerSender? known))
            {
                if (incarnation < known.Incarnation)
                    return;
                if (incarnation == known.Incarnation)
                {
                    known.Move(where);
                    return;
                }

                Stop(known, $"{Hello.Name(endpoint)} has been restarted: frames for incarnation {known.Incarnation} are dropped, it now has {incarnation}.");
            }

            peers[endpoint] = new PeerSender(endpoint, where, incarnation, options, identity, log);
        }

        incoming.Observe(endpoint, incarnation);
    }

    /// <summary>Forgets a peer as a receiver; queued frames are dropped. What it still sends is still received.</summary>
    public void RemovePeer(int endpoint)
    {
        lock (gate)
        {
            if (peers.Remove(endpoint, out PeerSender? sender))
                Stop(sender, $"{Hello.Name(endpoint)} was removed from the data plane.");
        }
    }

    /// <summary>Bytes queued for a peer, the frame being written included; 0 for an unknown one.</summary>
    public long InFlightBytes(int endpoint) => Find(endpoint)?.Queue.Bytes ?? 0;

    /// <summary>Why a peer cannot be connected to, as of the last attempt; null if it could be, was not tried, or is unknown.</summary>
    public string? Failure(int endpoint) => Find(endpoint)?.Failure;

    /// <summary>Queues a frame. False, and nothing happens, if the peer is unknown or the frame does not fit into what may be in flight.</summary>
    /// <param name="endpoint">The receiver.</param>
    /// <param name="frame">What to send.</param>
    /// <param name="written">If true was returned: called exactly once, when the plane has let go of the frame's tensors, because it is written or because it
    /// had to be dropped.</param>
    /// <exception cref="ArgumentException">The frame can never be sent: too large, too many tensors, a dtype that does not travel.</exception>
    public bool TrySend(int endpoint, OutgoingFrame frame, Action? written = null)
    {
        if (Find(endpoint) is not { } sender)
            return false;
        var prepared = new PreparedFrame(frame, options.Limits, written is null ? null : _ => written());
        if (sender.Queue.TryAdd(prepared))
            return true;
        prepared.Abandon();
        return false;
    }

    /// <summary>
    /// Waits for room, queues a frame and completes when it is written. After an error or a cancellation, too, the plane has let go of the tensors; a frame
    /// that is being written cannot be cancelled any more.
    /// </summary>
    /// <exception cref="FrameDroppedException">The connection broke while the frame was written, or it was dropped from the queue.</exception>
    /// <exception cref="InvalidOperationException">The peer is unknown.</exception>
    /// <exception cref="ArgumentException">The frame can never be sent.</exception>
    public async ValueTask SendAsync(int endpoint, OutgoingFrame frame, CancellationToken cancellation = default)
    {
        PeerSender sender = Find(endpoint)
            ?? throw new InvalidOperationException($"{Hello.Name(endpoint)} is not a peer of this data plane: call SetPeer first.");
        var completion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var prepared = new PreparedFrame(frame, options.Limits, failure =>
        {
            if (failure is null)
                completion.TrySetResult();
            else
                completion.TrySetException(failure);
        });
        try
        {
            await sender.Queue.AddAsync(prepared, cancellation);
        }
        catch
        {
            prepared.Abandon();
            throw;
        }

        await using CancellationTokenRegistration registration = cancellation.UnsafeRegister(_ =>
        {
            if (sender.Queue.TryWithdraw(prepared))
                prepared.Finish(new OperationCanceledException(cancellation));
        }, null);
        await completion.Task;
    }

    /// <summary>Ends everything promptly: queued frames are dropped, connections closed, and nothing is handed on any more when it returns.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] rest;
        lock (gate)
        {
            disposed = true;
            foreach (PeerSender sender in peers.Values)
                Stop(sender, "The data plane was closed.");
            peers.Clear();
            rest = [.. stopping];
        }

        await Task.WhenAll(rest);
        await incoming.DisposeAsync();
    }

    private PeerSender? Find(int endpoint)
    {
        lock (gate)
            return peers.GetValueOrDefault(endpoint);
    }

    // Off this thread: dropping frames calls back to whoever sent them, which must not happen under the lock.
    private void Stop(PeerSender sender, string reason)
    {
        Task task = Task.Run(() => sender.StopAsync(reason));
        stopping.Add(task);
        _ = task.ContinueWith(
            done =>
            {
                lock (gate)
                    stopping.Remove(done);
            }, TaskScheduler.Default);
    }
}

/// <summary>What a <see cref="DataPlane"/> is and what it may use.</summary>
public sealed record DataPlaneOptions
{
    /// <summary>This endpoint: 0 is the coordinator, k is node k.</summary>
    public required int Endpoint { get; init; }

    /// <summary>How many times this endpoint has been started; connections meant for an earlier incarnation are refused.</summary>
    public required int Incarnation { get; init; }

    /// <summary>What all endpoints of one run have in common (see <see cref="TokenOf"/>). Not a secret: it keeps runs apart, not strangers out.</summary>
    public required ulong Token { get; init; }

    /// <summary>Where to listen; port 0 lets the system choose. Other than loopback needs an identity.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>
    /// Whether all endpoints are processes of this machine that were started for the run: they prove themselves by its key (<see cref="KeyedHandshake"/>), and
    /// frames are not encrypted.
    /// </summary>
    public bool LocalOnly { get; init; }

    /// <summary>Bytes of all tensors of one frame, at most.</summary>
    public int MaxFrameBytes { get; init; } = 1 << 30;

    /// <summary>Bytes of meta data of one frame, at most.</summary>
    public int MaxMetaBytes { get; init; } = 1 << 20;

    /// <summary>Bytes that wait for one peer, at most, the frame being written included. A single frame that is larger goes when nothing else waits.</summary>
    public long MaxInFlightBytes { get; init; } = 256L << 20;

    /// <summary>How long a connection, TLS and the handshake may take together.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections that have not yet proven themselves, at most; the oldest makes room for a new one.</summary>
    public int MaxPendingHandshakes { get; init; } = 256;

    /// <summary>The wait after the first failed attempt to connect; doubles with every further one.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait between two attempts to connect.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The clock of time-outs and back-off.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal FrameLimits Limits => new(MaxFrameBytes, MaxMetaBytes);

    /// <summary>A token from what must be equal on all endpoints (the program's version, the scenario's hash …).</summary>
    public static ulong TokenOf(params ReadOnlySpan<string> parts) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(string.Join('\n', parts)));
}
