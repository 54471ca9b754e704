using LayerShuffle.Core.Records;
using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Validation;

/// <summary>Checks what only an overlay or a sweep can get wrong.</summary>
/// <param name="mistakes">Where mistakes go.</param>
internal sealed class OverlayChecker(MistakeList mistakes)
{
    /// <summary>The entries of a sweep that are right.</summary>
    public IReadOnlyList<MapEntry> Sweep(MapNode? sweep)
    {
        List<MapEntry> right = [];
        Dictionary<string, string> columns = new(StringComparer.Ordinal);
        foreach (MapEntry entry in sweep?.Entries ?? [])
        {
            if (!entry.Value.IsNull && IsSweepable(entry) && IsGrid(entry) && HasColumns(entry, columns))
                right.Add(entry);
        }

        return right;
    }

    /// <summary>Says which nulls of an overlay remove a key that the language does not have: a merge would pass over them in silence.</summary>
    /// <param name="overlay">The overlay.</param>
    /// <param name="prefix">The path of what it is laid over, with a dot at its end; empty for the root.</param>
    public void Nulls(MapNode overlay, string prefix)
    {
        foreach (MapEntry entry in overlay.Entries)
        {
            string path = prefix + entry.Key;
            if (entry.Value is MapNode map)
                Nulls(map, path + ".");
            else if (entry.Value.IsNull && prefix.Length > 0 && KeyPathResolver.Walk(path, out _, out IReadOnlyList<string> known).Count == 0
                && known.Count > 0)
                mistakes.Add(entry.KeyLocation, entry.Value.Path, $"unknown key `{entry.Key}`", "one of " + string.Join(", ", known),
                    NearestName.Find(entry.Key, known));
        }
    }

    private bool IsSweepable(MapEntry entry)
    {
        string section = entry.Key.Split('.')[0];
        string at = "sweep." + entry.Key;
        if (entry.Value is MapNode)
        {
            mistakes.Add(entry.KeyLocation, at, "a map where a list of values belongs", "a dotted key such as `network.loss: [0%, 1%]`");
            return false;
        }

        if (!LanguageSchema.VariedSections.Contains(section) && LanguageSchema.Root.Key(section) is not null)
        {
            mistakes.Add(entry.KeyLocation, at, $"`{section}` cannot be swept", "a key under " + string.Join(", ", LanguageSchema.VariedSections));
            return false;
        }

        if (KeyPathResolver.Walk(entry.Key, out string? unknown, out IReadOnlyList<string> known).Count > 0)
            return true;
        string? near = NearestName.Find(unknown!, known);
        string? meant = near is null ? null : string.Join('.', entry.Key.Split('.').Select(part => part == unknown ? near : part));
        mistakes.Add(entry.KeyLocation, at, $"unknown key `{unknown}` in `{entry.Key}`", known.Count == 0 ? "" : "one of " + string.Join(", ", known), meant);
        return false;
    }

    /// <summary>Whether the columns of a swept key are its own: <c>a-b</c> and <c>a_b</c> are one and the same there.</summary>
    private bool HasColumns(MapEntry entry, Dictionary<string, string> columns)
    {
        string plain = SweptKeyColumns.Plain(entry.Key);
        foreach (string column in (string[])[plain, plain + SweptKeyColumns.NumberSuffix])
        {
            if (columns.TryAdd(column, entry.Key))
                continue;
            mistakes.Add(entry.KeyLocation, "sweep." + entry.Key, $"`{entry.Key}` and `{columns[column]}` would both be the column `{column}` of the results",
                "names that differ in more than punctuation and capitals");
            return false;
        }

        return true;
    }

    private bool IsGrid(MapEntry entry)
    {
        if (entry.Value is not SequenceNode { Items.Count: > 0 } list)
        {
            mistakes.Add(entry.Value.Location, "sweep." + entry.Key,
                $"{(entry.Value is SequenceNode ? "an empty list" : entry.Value.Describe())} where a list of values belongs", "a list such as `[0%, 1%]`");
            return false;
        }

        HashSet<string> seen = [];
        foreach (ScenarioNode value in list.Items)
        {
            if (!seen.Add(NodeText.Of(value)))
                mistakes.Add(value, $"`{NodeText.Of(value)}` is swept twice", "each value once");
        }

        return true;
    }
}
