using LayerShuffle.Core.Clusters;

namespace LayerShuffle.Runs.Telling;

/// <summary>Placements for the eye.</summary>
internal static class PlacementText
{
    /// <summary>Every node with its layers: <c>node-1: 0 2; node-2: 1</c>.</summary>
    public static string Of(ClusterSpec cluster, Placement placement) =>
        string.Join("; ",
            cluster.Nodes.Select((node, i) => $"{node.Name}: {(placement.LayersOn(i + 1) is { Count: > 0 } layers ? string.Join(' ', layers) : "none")}"));
}
