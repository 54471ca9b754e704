using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Actors.Protocol;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Simulation;

/// <summary>The nodes on the kernel: whatever they are asked for is done at once, and answered at the same instant.</summary>
internal sealed class VirtualNodes(NodeHealth health, int nodes, VirtualCarrier carrier, PausedNodes paused, RequestsUnderway underway,
    EndpointContext context, StruckLayers? struck) : INodes
{
    private readonly HashSet<int> stopped = []; // membership only
    private readonly Dictionary<int, int[]> lost = []; // looked up by key only

    /// <summary>Who is told of everything that happens to nodes.</summary>
    public IActorRef Listener { get; set; } = ActorRefs.Nobody;

    /// <summary>Told of layers without weights (without a word of what else is gone), and of layers that are given weights; null: nobody.</summary>
    public Action<int, IReadOnlyList<int>, IReadOnlyCollection<int>?>? Changed { get; init; }

    public bool IsAway(int node) => false;

    public int Incarnation(int node) => health.Incarnation(node);

    public bool IsBack(int node, int dead) => health.IsUp(node) || health.Incarnation(node) != dead;

    public IReadOnlyList<(int Node, IReadOnlyCollection<int> Held)> Survivors(int gone) =>
        [.. Enumerable.Range(1, nodes).Where(node => node != gone && health.IsUp(node)).Select(node => (node, (IReadOnlyCollection<int>)[]))];

    public void Kill(int node)
    {
        int incarnation = health.Incarnation(node);
        carrier.Tell(node, CrashNode.Instance);
        underway.Crashed(node);
        if (stopped.Remove(node))
            paused.Kill(node);
        for (int peer = 0; peer <= nodes; peer++)
        {
            if (peer != node)
                carrier.Notify(peer, new PeerDown(node, incarnation));
        }

        Listener.Tell(new NodeKilled(node, incarnation));
    }

    public void Hold(int node)
    {
        // It is back as soon as it is asked to serve.
    }

    public void Serve(int node)
    {
        struck?.Renew(node);
        carrier.Tell(node, new RestartNode(health.Incarnation(node)) { Without = lost.Remove(node, out int[]? layers) ? layers : [] });
        Listener.Tell(new NodeServes(node, health.Incarnation(node)));
    }

    public void Pause(int node)
    {
        stopped.Add(node);
        paused.Stop(node);
        Listener.Tell(new NodePaused(node));
    }

    public void Continue(int node)
    {
        stopped.Remove(node);
        paused.Continue(node);
        Listener.Tell(new NodeContinued(node));
    }

    public void Lose(int node, IReadOnlyList<int> layers)
    {
        lost[node] = [.. layers];
        Changed?.Invoke(node, [.. layers], null);
    }

    public void Restore(int node, IReadOnlyList<int> layers, IReadOnlyCollection<int> gone)
    {
        struck?.Restore(node, layers, gone);
        Changed?.Invoke(node, [.. layers], gone);
        carrier.Tell(node, new LayersBack([.. layers], ""));
        Listener.Tell(new LayersRestored(node, layers));
    }

    public void Host(int node, IReadOnlyList<int> layers) => Listener.Tell(new LayersHeld(node, layers));

    public void Move(IReadOnlyList<int> layers, IReadOnlyList<int> hosts) => context.Moved.Move(layers, hosts);

    public void LetGo(int node)
    {
        // Nobody leaves in the virtual world.
    }
}

/// <summary>The weights of layers are gone, or are made anew.</summary>
/// <param name="At">When.</param>
/// <param name="Node">The node.</param>
/// <param name="Layers">The layers.</param>
/// <param name="Gone">All layers that have no weights while these are made anew; null: these are gone.</param>
public sealed record WeightsChange(Instant At, int Node, IReadOnlyList<int> Layers, IReadOnlyCollection<int>? Gone);
