using System.Collections.Concurrent;
using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Clusters;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// The nodes of a trial as processes of a cluster. Where a restart is to follow a crash, the next worker is started at once and held, so that the time until it
/// serves is the one asked for.
/// </summary>
internal sealed class WallNodes(WallTrial trial, WallCluster cluster, Topology topology) : ProcessNodes(cluster, trial.Fail), INodes
{
    private const int MostHolds = 3;
    private readonly ConcurrentDictionary<int, Task<PeerAddress>> held = [];
    private readonly ConcurrentDictionary<int, int[]> lost = []; // layers without weights when their node serves next
    private readonly ConcurrentDictionary<int, TaskCompletionSource> departing = []; // nodes that are about to leave; done when nobody needs them any more

    public override IReadOnlyList<(int Node, IReadOnlyCollection<int> Held)> Survivors(int gone) =>
    [
        .. Cluster.Process.Serving()
            .Where(peer => peer.Endpoint > 0 && peer.Endpoint != gone && peer.Endpoint < topology.Count && !departing.ContainsKey(peer.Endpoint))
            // what it still holds of layers that it has given back counts, too
            .Select(peer => (peer.Endpoint, (IReadOnlyCollection<int>)trial.Holds(peer.Endpoint))),
    ];

    public override void Hold(int node) => held[node] = HoldAsync(node);

    public override void Serve(int node) => Carry(node, nameof(Serve), async () =>
    {
        PeerAddress address;
        int[] without = lost.TryRemove(node, out int[]? layers) ? layers : [];
        if (held.TryRemove(node, out Task<PeerAddress>? waiting))
        {
            address = await HeldAsync(node, waiting).ConfigureAwait(false);
            Cluster.Process.Tell(node, new RestartNode(address.Incarnation) { Without = without });
        }
        else
        {
            address = await Cluster.EnsureAsync(node, Stop).ConfigureAwait(false);
            if (trial.IsPrepared(address))
                return new NodeServes(node, address.Incarnation, Already: true);
            await trial.PrepareAsync(address, held: without.Length > 0, Stop).ConfigureAwait(false);
            if (without.Length > 0)
                Cluster.Process.Tell(node, new RestartNode(address.Incarnation) { Without = without });
        }

        await Cluster.ServeAsync(address).ConfigureAwait(false);
        return new NodeServes(node, address.Incarnation);
    });

    public void Lose(int node, IReadOnlyList<int> layers) => lost[node] = [.. layers];

    public void Restore(int node, IReadOnlyList<int> layers, IReadOnlyCollection<int> gone) => Carry(node, nameof(Restore), async () =>
    {
        await trial.RestoreAsync(node, [.. layers], gone, Stop).ConfigureAwait(false);
        return new LayersRestored(node, layers);
    });

    public override void Host(int node, IReadOnlyList<int> layers) => Carry(node, nameof(Host), async () =>
    {
        await trial.HostAsync(node, [.. layers], Stop).ConfigureAwait(false);
        return new LayersHeld(node, layers);
    });

    public override void Move(IReadOnlyList<int> layers, IReadOnlyList<int> hosts) => trial.Move([.. layers], [.. hosts]);

    public override void LetGo(int node)
    {
        if (departing.TryGetValue(node, out TaskCompletionSource? leaving))
            leaving.TrySetResult();
    }

    /// <summary>A node is about to leave. Done when nobody needs it any more.</summary>
    public Task LeaveAsync(int node)
    {
        Task leaving = departing.GetOrAdd(node, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        Listener.Tell(new NodeLeaving(node));
        return leaving.WaitAsync(Stop);
    }

    /// <summary>A worker has ended.</summary>
    public void Died(int endpoint, int incarnation, bool asked, string how)
    {
        if (departing.TryRemove(endpoint, out TaskCompletionSource? leaving))
            leaving.TrySetResult(); // there is nothing left that it could hand over
        if (endpoint < topology.Count && !asked)
            Listener.Tell(new NodeDied(endpoint, incarnation, how));
    }

    /// <summary>
    /// A worker that nobody asked to end is there again. One that was held for its restart is held again; one that had to serve serves again.
    /// </summary>
    public void Respawned(int endpoint)
    {
        if (endpoint >= topology.Count)
            return;
        if (held.ContainsKey(endpoint))
            Hold(endpoint);
        else
            Listener.Tell(new NodeRespawned(endpoint));
    }

    /// <summary>A node has joined.</summary>
    public void Arrived(int endpoint)
    {
        if (endpoint < topology.Count)
            Listener.Tell(new NodeJoined(endpoint));
    }

    /// <summary>Akka.Cluster has found something out about a worker.</summary>
    public void Found(int endpoint, string word)
    {
        if (endpoint < topology.Count)
            Listener.Tell(new NodeFound(endpoint, word));
    }

    private async Task<PeerAddress> HoldAsync(int node)
    {
        PeerAddress address = await Cluster.EnsureAsync(node, Stop).ConfigureAwait(false);
        await trial.PrepareAsync(address, held: true, Stop).ConfigureAwait(false);
        return address;
    }

    /// <summary>The worker that is held, or another if that one has died.</summary>
    private async Task<PeerAddress> HeldAsync(int node, Task<PeerAddress> waiting)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                PeerAddress address = await waiting.ConfigureAwait(false);
                if (Cluster.IsAlive(address))
                    return address;
            }
            catch (IOException) when (tries < MostHolds)
            {
                // it died while it came up
            }

            waiting = HoldAsync(node);
        }
    }
}
