using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Loading;

/// <summary>
/// Applies <c>--set KEY=VALUE</c>: a merge patch of one dotted key, its value read as YAML. Several apply one after another. Inside a condition or policy a
/// null is written into the overlay (which then removes the key from what it is laid over); elsewhere it removes.
/// </summary>
internal static class SetOption
{
    public static MapNode Apply(MapNode root, string option, MistakeList mistakes)
    {
        int equals = option.IndexOf('=', StringComparison.Ordinal);
        string key = (equals < 0 ? option : option[..equals]).Trim();
        return Apply(root, "--set " + key, key, equals < 0 ? null : option[(equals + 1)..], mistakes);
    }

    public static MapNode Apply(MapNode root, string origin, string key, string? text, MistakeList mistakes)
    {
        SourceLocation location = new(origin, 0, 0);
        if (text is null || key.Length == 0 || key.Split('.') is not { Length: <= YamlReader.MaximumDepth } parts || parts.Any(part => part.Length == 0))
        {
            mistakes.Add(location, key, "not a setting", "KEY=VALUE with a dotted key, such as network.loss=5%");
            return root;
        }

        if (YamlReader.ReadOption(origin, key, text, mistakes) is not { } value)
            return root;
        bool isOverlay = parts.Length > 2 && parts[0] is "conditions" or "policies";
        if (parts[0] == "sweep" && parts.Length > 1)
            return Sweep(root, string.Join('.', parts[1..]), location, value);
        if (parts.Length <= 2 && parts[0] is "conditions" or "policies" && value is MapNode)
            isOverlay = true;
        return (MapNode)MergePatch.Apply(root, NodeText.Nested(key, location, value), isOverlay)!;
    }

    private static MapNode Sweep(MapNode root, string path, SourceLocation location, ScenarioNode value)
    {
        MapNode sweep = root.Map("sweep") ?? new MapNode([], location, "sweep");
        MapNode changed = value.IsNull
            ? new MapNode([.. sweep.Entries.Where(entry => entry.Key != path)], sweep.Location, sweep.Path)
            : sweep.With(new MapEntry(path, location, value));
        return root.With(new MapEntry("sweep", root.Entry("sweep")?.KeyLocation ?? location, changed));
    }
}
