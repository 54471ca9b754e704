namespace LayerShuffle.Scenarios.Syntax;

/// <summary>
/// The merge keys of one map (<c>&lt;&lt;: *base</c>): what they bring in stands where they stand, and gives way to the map's own keys and to merges before it.
/// </summary>
/// <param name="mistakes">Where mistakes go.</param>
internal sealed class MergeKeys(MistakeList mistakes)
{
    /// <summary>The key.</summary>
    public const string Key = "<<";

    private readonly List<(int At, MapNode Map)> merges = [];

    /// <summary>Notes a merge key.</summary>
    /// <param name="at">How many entries of the map's own stand before it.</param>
    /// <param name="value">Its value: a map, or a list of maps.</param>
    /// <param name="location">Where it stands.</param>
    /// <param name="path">Its path.</param>
    public void Add(int at, ScenarioNode value, SourceLocation location, string path)
    {
        IReadOnlyList<ScenarioNode> maps = value is SequenceNode list ? list.Items : [value];
        foreach (ScenarioNode node in maps)
        {
            if (node is MapNode map)
                merges.Add((at, map));
            else
                mistakes.Add(location, path, $"`{Key}` merges maps, and this is {node.Describe()}",
                    "the alias of a map such as `<<: *base`, or a list of them");
        }
    }

    /// <summary>The map's own entries with those that are merged in.</summary>
    public IReadOnlyList<MapEntry> Into(List<MapEntry> own)
    {
        if (merges.Count == 0)
            return own;
        HashSet<string> known = [.. own.Select(entry => entry.Key)];
        List<MapEntry> all = [];
        int next = 0;
        foreach ((int at, MapNode map) in merges)
        {
            all.AddRange(own[next..at]);
            next = at;
            all.AddRange(map.Entries.Where(entry => known.Add(entry.Key)));
        }

        all.AddRange(own[next..]);
        return all;
    }
}
