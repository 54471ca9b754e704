using System.Threading.Channels;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Tests.Wall;

/// <summary>
/// A coordinator's process and a node's in one process of the system, with sockets between them; both are up in one cluster, which the coordinator watches.
/// </summary>
internal sealed class ClusterPair : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Channel<object>[] messages = [Channel.CreateUnbounded<object>(), Channel.CreateUnbounded<object>()];
    private readonly Channel<IncomingFrame>[] frames = [Channel.CreateUnbounded<IncomingFrame>(), Channel.CreateUnbounded<IncomingFrame>()];
    private readonly Channel<string> found = Channel.CreateUnbounded<string>();
    private readonly List<ClusterProcess> processes = [];

    public ClusterProcess Coordinator => processes[0];

    public ClusterProcess Node => processes[1];

    /// <summary>What both have said that went wrong.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Log { get; } = [];

    /// <summary>Whether a control message waits to be read by a test.</summary>
    public bool HasMessage(int endpoint) => messages[endpoint].Reader.TryPeek(out _);

    /// <summary>What Akka.Cluster has found out about the node.</summary>
    public ChannelReader<string> Found => found.Reader;

    public static async Task<ClusterPair> StartAsync(MembershipSpec membership, byte[]? secret = null)
    {
        var pair = new ClusterPair();
        try
        {
            await pair.AddAsync(membership, secret);
            await pair.AddAsync(membership, secret);
            pair.Coordinator.SetPeer(pair.Node.Address);
            pair.Node.SetPeer(pair.Coordinator.Address);
            pair.Coordinator.WatchMembership((_, _, effect) => pair.found.Writer.TryWrite(effect));
            var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Akka.Cluster.Cluster.Get(pair.Node.System).RegisterOnMemberUp(() => up.TrySetResult());
            await up.Task.WaitAsync(Patience);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>The next control message that has reached an endpoint.</summary>
    public Task<object> Message(int endpoint) => messages[endpoint].Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>The next frame that has reached an endpoint.</summary>
    public Task<IncomingFrame> Frame(int endpoint) => frames[endpoint].Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        foreach (ClusterProcess process in Enumerable.Reverse(processes))
            await process.DisposeAsync();
        foreach (Channel<IncomingFrame> channel in frames)
        {
            while (channel.Reader.TryRead(out IncomingFrame? frame))
                frame.Dispose();
        }
    }

    private async Task AddAsync(MembershipSpec membership, byte[]? secret)
    {
        int endpoint = processes.Count;
        ClusterProcess? coordinator = endpoint == 0 ? null : Coordinator;
        processes.Add(await LoopbackProcess.StartAsync(endpoint, coordinator, membership, secret, message => messages[endpoint].Writer.TryWrite(message),
            frame => frames[endpoint].Writer.TryWrite(frame), log: Log.Enqueue));
    }
}
