using System.Collections.Concurrent;
using LayerShuffle.Actors.Messages;

namespace LayerShuffle.Cluster.Wall;

/// <summary>The nodes of a training as processes of a cluster. Which layers are restored, and where, is the trainer's business.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="revive">Whether the worker of a node that may come back is started at once; else when the trainer asks for it.</param>
/// <param name="fail">Told of what nobody expects.</param>
internal sealed class TrainingNodes(WallCluster cluster, bool revive, Action<Exception> fail) : ProcessNodes(cluster, fail)
{
    private readonly ConcurrentDictionary<int, bool> heldDown = [];

    /// <summary>Whether a fault holds a node down.</summary>
    public bool IsHeldDown(int node) => heldDown.ContainsKey(node);

    public override IReadOnlyList<(int Node, IReadOnlyCollection<int> Held)> Survivors(int gone) => [];

    public override void Kill(int node)
    {
        heldDown[node] = true;
        base.Kill(node);
    }

    public override void Hold(int node)
    {
        // The trainer has it started when it may come back.
    }

    public override void Serve(int node)
    {
        heldDown.TryRemove(node, out _);
        Carry(node, nameof(Serve), async () =>
        {
            if (revive)
                await Cluster.EnsureAsync(node, Stop).ConfigureAwait(false);
            return new NodeServes(node, Incarnation(node));
        });
    }

    public override void Host(int node, IReadOnlyList<int> layers) => Listener.Tell(new LayersHeld(node, layers), Akka.Actor.ActorRefs.NoSender);

    public override void Move(IReadOnlyList<int> layers, IReadOnlyList<int> hosts)
    {
        // The trainer moves layers.
    }

    public override void LetGo(int node)
    {
        // The trainer does, when nothing is hosted there any more.
    }
}
