using System.Collections.Concurrent;
using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// The nodes of a trial as processes of a cluster. A crash is SIGKILL; where a restart is to follow, the next worker is started at once and held, so that the time until it serves is the one asked for.
/// </summary>
internal sealed class WallNodes(WallTrial trial, WallCluster cluster, Topology topology) : INodes, IDisposable
{
    private const int MostHolds = 3;
    private readonly ConcurrentDictionary<int, Task<PeerAddress>> held = [];
    private readonly ConcurrentDictionary<int, TaskCompletionSource> departing = []; // nodes that are about to leave; done when nobody needs them any more
    private readonly CancellationTokenSource stop = new();

    /// <summary>Who is told of everything that happens to nodes.</summary>
    public IActorRef Listener { get; set; } = ActorRefs.Nobody;

    public bool IsAway(int node) => cluster.IsAway(node);

    public int Incarnation(int node) => cluster.Process.IncarnationOf(node) ?? 0;

    public bool IsBack(int node, int dead) => cluster.IsBack(node, dead);

    public IReadOnlyList<(int Node, IReadOnlyCollection<int> Held)> Survivors(int gone) =>
    [
        .. cluster.Process.Serving().Where(peer => peer.Endpoint > 0 && peer.Endpoint != gone && peer.Endpoint < topology.Count && !departing.ContainsKey(peer.Endpoint))
            .Select(peer => (peer.Endpoint, (IReadOnlyCollection<int>)trial.Holds(peer.Endpoint))), // what it still holds of layers that it has given back counts, too
    ];

    public void Kill(int node) => Carry(node, nameof(Kill), async () => new NodeKilled(node, await cluster.KillAsync(node).ConfigureAwait(false)));

    public void Hold(int node) => held[node] = HoldAsync(node);

    public void Serve(int node) => Carry(node, nameof(Serve), async () =>
    {
        PeerAddress address;
        if (held.TryRemove(node, out Task<PeerAddress>? waiting))
        {
            address = await HeldAsync(node, waiting).ConfigureAwait(false);
            cluster.Process.Tell(node, new RestartNode(address.Incarnation));
        }
        else
        {
            address = await cluster.EnsureAsync(node, stop.Token).ConfigureAwait(false);
            if (trial.IsPrepared(address))
                return new NodeServes(node, address.Incarnation, Already: true);
            await trial.PrepareAsync(address, held: false, stop.Token).ConfigureAwait(false);
        }

        cluster.Serve(address);
        return new NodeServes(node, address.Incarnation);
    });

    public void Pause(int node) => Carry(node, nameof(Pause), async () =>
    {
        await cluster.PauseAsync(node).ConfigureAwait(false);
        return new NodePaused(node);
    });

    public void Continue(int node) => Carry(node, nameof(Continue), async () =>
    {
        await cluster.ContinueAsync(node).ConfigureAwait(false);
        return new NodeContinued(node);
    });

    public void Host(int node, IReadOnlyList<int> layers) => Carry(node, nameof(Host), async () =>
    {
        await trial.HostAsync(node, [.. layers], stop.Token).ConfigureAwait(false);
        return new LayersHeld(node, layers);
    });

    public void Move(IReadOnlyList<int> layers, IReadOnlyList<int> hosts) => trial.Move([.. layers], [.. hosts]);

    public void LetGo(int node)
    {
        if (departing.TryGetValue(node, out TaskCompletionSource? leaving))
            leaving.TrySetResult();
    }

    /// <summary>A node is about to leave. Done when nobody needs it any more.</summary>
    public Task LeaveAsync(int node)
    {
        Task leaving = departing.GetOrAdd(node, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        Listener.Tell(new NodeLeaving(node));
        return leaving.WaitAsync(stop.Token);
    }

    /// <summary>A worker has ended.</summary>
    public void Died(int endpoint, int incarnation, bool asked, string how)
    {
        departing.TryRemove(endpoint, out _);
        if (endpoint < topology.Count && !asked)
            Listener.Tell(new NodeDied(endpoint, incarnation, how));
    }

    /// <summary>A worker that nobody asked to end is there again. One that was held for its restart is held again; one that had to serve serves again.</summary>
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

    public void Dispose() => stop.Cancel();

    /// <summary>Carries a command out, and tells how it went.</summary>
    private async void Carry(int node, string command, Func<Task<object>> action)
    {
        try
        {
            Listener.Tell(await Task.Run(action, stop.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            Listener.Tell(new NodeFailed(node, command, "The trial is over."));
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or NodeCommandException or PlatformNotSupportedException)
        {
            Listener.Tell(new NodeFailed(node, command, exception.Message));
        }
        catch (Exception exception)
        {
            trial.Fail(exception); // nobody waits for it
        }
    }

    private async Task<PeerAddress> HoldAsync(int node)
    {
        PeerAddress address = await cluster.EnsureAsync(node, stop.Token).ConfigureAwait(false);
        await trial.PrepareAsync(address, held: true, stop.Token).ConfigureAwait(false);
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
                if (cluster.IsAlive(address))
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
