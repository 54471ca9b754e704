namespace LayerShuffle.Network.Clusters;

/// <summary>How layers are placed on nodes.</summary>
/// <param name="Kind">The rule.</param>
/// <param name="Layers">For <see cref="PlacementKind.Explicit"/>: node name → layer ids.</param>
public sealed record PlacementSpec(PlacementKind Kind, IReadOnlyDictionary<string, IReadOnlyList<int>>? Layers)
{
    /// <summary>Layer i on node (i mod nodes)+1; copy c of it on node ((i + c·L) mod nodes)+1, moved on where that node already holds a copy.</summary>
    public static PlacementSpec RoundRobin { get; } = new(PlacementKind.RoundRobin, null);

    /// <summary>The same without further copies of layers that are listed on several nodes: copy 0 alone, which is on the first of them.</summary>
    /// <param name="nodes">The cluster's nodes, in order.</param>
    public PlacementSpec FirstCopies(IReadOnlyList<NodeSpec> nodes)
    {
        if (Layers is null)
            return this;
        HashSet<int> seen = [];
        var first = new OrderedDictionary<string, IReadOnlyList<int>>();
        foreach (string name in nodes.Select(node => node.Name).Where(Layers.ContainsKey))
            first.Add(name, [.. Layers[name].Where(seen.Add)]);
        return this with { Layers = first };
    }
}
