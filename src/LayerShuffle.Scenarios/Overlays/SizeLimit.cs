using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Overlays;

/// <summary>
/// Bounds what a scenario comes to when its conditions, policies and sweep points are written out: a short file can ask for more than a machine holds, by
/// thousands of points over thousands of nodes or link exceptions.
/// </summary>
/// <param name="mistakes">Where the mistake goes.</param>
internal sealed class SizeLimit(MistakeList mistakes)
{
    /// <summary>Most values of all conditions, policies and sweep points together: nodes, links and settings.</summary>
    public const long MaximumValues = 500_000;

    private readonly HashSet<ScenarioNode> counted = new(ReferenceEqualityComparer.Instance); // sections that points share are counted once
    private long values;

    /// <summary>Whether the overlays can be laid over the file within the limit, one by one.</summary>
    public bool Allows(OverlayExpander overlays, SourceLocation place) =>
        Allows((overlays.Conditions.Count + (long)overlays.Policies.Count) * overlays.Base.Size, place, "conditions", false);

    /// <summary>Counts a combination; whether all so far are within the limit.</summary>
    public bool Allows(VariantPoint point, SourceLocation place) =>
        Allows(point.Merged.Entries.Where(entry => counted.Add(entry.Value)).Sum(entry => entry.Value.Size) + 1 + (point.DisplayName.Length / 8)
        + Nodes(point.Merged.Map("cluster")) + Links(point.Merged.Map("network")), place, "", true);

    private bool Allows(long more, SourceLocation place, string path, bool isKept)
    {
        long sum = values + more;
        if (isKept)
            values = sum;
        if (sum <= MaximumValues)
            return true;
        mistakes.Add(place, path,
            $"more than {MaximumValues} values in all conditions, policies and sweep points together, nodes and link exceptions written out",
            "fewer sweep points, nodes or links");
        return false;
    }

    private static long Nodes(MapNode? cluster) => Read.Integer(cluster, "nodes") ?? 0;

    private static long Links(MapNode? network) =>
        ((network?.Get("links") as SequenceNode)?.Items ?? []).OfType<MapNode>()
            .Sum(link => (long)Read.Scalars(link.Get("from")).Count * Read.Scalars(link.Get("to")).Count);
}
