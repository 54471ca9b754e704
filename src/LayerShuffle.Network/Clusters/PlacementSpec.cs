namespace LayerShuffle.Network.Clusters;

/// <summary>How layers are placed on nodes.</summary>
/// <param name="Kind">The rule.</param>
/// <param name="Layers">For <see cref="PlacementKind.Explicit"/>: node name → layer ids.</param>
public sealed record PlacementSpec(PlacementKind Kind, IReadOnlyDictionary<string, IReadOnlyList<int>>? Layers)
{
    /// <summary>Layer i on node (i mod nodes)+1; copy c of it on node ((i + c·L) mod nodes)+1, moved on where that node already holds a copy.</summary>
    public static PlacementSpec RoundRobin { get; } = new(PlacementKind.RoundRobin, null);
}
