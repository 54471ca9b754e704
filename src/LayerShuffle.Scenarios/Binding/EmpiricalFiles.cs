using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Files of empirical distributions and of traces, wherever they stand: in the network, in exceptions, faults, conditions and policies.</summary>
internal static class EmpiricalFiles
{
    /// <summary>A scenario whose files have absolute paths, so that whoever reads them need not know where it lies.</summary>
    /// <param name="root">The scenario.</param>
    /// <param name="folder">The absolute folder that its paths are relative to.</param>
    /// <param name="paths">Told each absolute path, and how the scenario writes it.</param>
    public static MapNode Resolve(MapNode root, string folder, IDictionary<string, string> paths) => (MapNode)Resolved(root, folder, paths);

    private static ScenarioNode Resolved(ScenarioNode node, string folder, IDictionary<string, string> paths)
    {
        switch (node)
        {
            case SequenceNode list when list.Items.Any(item => item is not ScalarNode):
                return new SequenceNode([.. list.Items.Select(item => Resolved(item, folder, paths))], list.Location, list.Path);
            case MapNode map:
                foreach (MapEntry entry in map.Entries)
                {
                    if (Resolved(entry.Value, folder, paths) is var changed && !ReferenceEquals(changed, entry.Value))
                        map = map.With(entry with { Value = changed });
                }

                if (Read.Text(map, "distribution") == "empirical" || Read.Text(map, "kind") == "trace")
                    map = Resolved(map, "file", folder, paths);
                if (map.Map("trace") is { } trace)
                    map = map.With(map.Entry("trace")! with { Value = Resolved(trace, "file", folder, paths) });
                if (map.Map("arrivals") is { } arrivals)
                    map = map.With(map.Entry("arrivals")! with { Value = Resolved(arrivals, "trace", folder, paths) });
                return map;
            default:
                return node;
        }
    }

    private static MapNode Resolved(MapNode map, string key, string folder, IDictionary<string, string> paths)
    {
        if (map.Get(key) is not ScalarNode { IsNull: false } file)
            return map;
        string path = ScenarioPath.Resolve(folder, file.Text);
        paths.TryAdd(path, file.Text);
        return path != file.Text ? map.With(map.Entry(key)! with { Value = new ScalarNode(path, false, file.Location, file.Path) }) : map;
    }
}
