namespace LayerShuffle.Network.Clusters;

/// <summary>The nodes and which layers they host.</summary>
/// <param name="Nodes">The nodes, in the scenario's order.</param>
/// <param name="Placement">How layers are placed on them.</param>
public sealed record ClusterSpec(IReadOnlyList<NodeSpec> Nodes, PlacementSpec Placement)
{
    /// <summary>The endpoint that is not a node.</summary>
    public const string Coordinator = "coordinator";
}
