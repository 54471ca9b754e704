namespace LayerShuffle.Scenarios.Syntax;

/// <summary>
/// JSON merge patch (RFC 7396) on located trees: maps merge, scalars and lists replace, null removes. One rule more: below the root, a map that names a
/// <c>distribution</c>, <c>model</c> or <c>kind</c> replaces the old one whole, since its other keys mean something else there.
/// </summary>
public static class MergePatch
{
    private static readonly string[] Naming = ["distribution", "model", "kind"];

    /// <summary>The target with the patch applied; null where the patch removes it.</summary>
    /// <param name="target">What is changed, or null for nothing.</param>
    /// <param name="patch">The change.</param>
    /// <param name="keepNulls">Whether nulls are written into the result instead of removing: how one overlay is laid over another.</param>
    public static ScenarioNode? Apply(ScenarioNode? target, ScenarioNode patch, bool keepNulls = false) =>
        patch.IsNull && !keepNulls ? null : patch is MapNode map ? Merge(target as MapNode, map, true, keepNulls) : patch;

    /// <summary>A map with a patch applied, both being whole scenarios or whole sections of one.</summary>
    public static MapNode ApplyMap(MapNode target, MapNode patch) => Merge(target, patch, true, false);

    private static MapNode Merge(MapNode? target, MapNode patch, bool isRoot, bool keepNulls)
    {
        if (target is null || (!isRoot && Array.Exists(Naming, key => patch.Get(key) is ScalarNode)))
            return keepNulls ? patch : WithoutNulls(patch);
        List<MapEntry> entries = [];
        foreach (MapEntry old in target.Entries)
        {
            if (patch.Entry(old.Key) is not { } change)
                entries.Add(old);
            else if (Value(old.Value, change.Value, keepNulls) is { } value)
                entries.Add(value is MapNode && old.Value is MapNode ? old with { Value = value } : change with { Value = value });
        }

        foreach (MapEntry added in patch.Entries)
        {
            if (target.Entry(added.Key) is null && Value(null, added.Value, keepNulls) is { } value)
                entries.Add(added with { Value = value });
        }

        return new MapNode(entries, target.Location, target.Path);
    }

    private static ScenarioNode? Value(ScenarioNode? old, ScenarioNode change, bool keepNulls) => change switch
    {
        { IsNull: true } => keepNulls ? change : null,
        MapNode map => Merge(old as MapNode, map, false, keepNulls),
        _ => change,
    };

    private static MapNode WithoutNulls(MapNode map)
    {
        List<MapEntry> entries = [];
        foreach (MapEntry entry in map.Entries)
        {
            if (!entry.Value.IsNull)
                entries.Add(entry.Value is MapNode inner ? entry with { Value = WithoutNulls(inner) } : entry);
        }

        return new MapNode(entries, map.Location, map.Path);
    }
}
