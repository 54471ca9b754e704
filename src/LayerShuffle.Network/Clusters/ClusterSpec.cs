using LayerShuffle.Network.Time;

namespace LayerShuffle.Network.Clusters;

/// <summary>The nodes and which layers they host.</summary>
/// <param name="Nodes">The nodes, in the scenario's order.</param>
/// <param name="Placement">How layers are placed on them.</param>
public sealed record ClusterSpec(IReadOnlyList<NodeSpec> Nodes, PlacementSpec Placement)
{
    /// <summary>The endpoint that is not a node.</summary>
    public const string Coordinator = "coordinator";

    /// <summary>Wall clock: whether a worker that ends without a fault asking for it is started again, with its layers of the last checkpoint.</summary>
    public bool Respawn { get; init; } = true;

    /// <summary>What becomes of the layers of a node that is down.</summary>
    public RecoveryKind Recovery { get; init; }

    /// <summary>From a node's death until others serve its layers, where they do: exactly this on the virtual clock, at least this on the wall clock.</summary>
    public Duration RecoveryTime { get; init; }

    /// <summary>The format of activations between endpoints: their size follows from it, and what arrives is rounded to it.</summary>
    public WireFormat Wire { get; init; }

    /// <summary>Wall clock: how patient Akka.Cluster is. Processes are started once for all trials, so it is the same in all of them.</summary>
    public MembershipSpec Membership { get; init; } = MembershipSpec.Default;
}
