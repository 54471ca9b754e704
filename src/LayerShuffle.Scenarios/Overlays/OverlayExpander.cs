using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Overlays;

/// <summary>Lays conditions, policies and sweep points over the file: policy outermost, sweep point innermost.</summary>
internal sealed class OverlayExpander
{
    /// <summary>Most combinations of condition, policy and sweep point.</summary>
    public const int MaximumPoints = 20_000;

    private readonly MapNode root;
    private readonly IReadOnlyList<MapEntry> sweep;

    /// <summary>Prepares a file's overlays.</summary>
    /// <param name="root">The file with the command line's settings applied.</param>
    /// <param name="sweep">The entries of the sweep that are right.</param>
    public OverlayExpander(MapNode root, IReadOnlyList<MapEntry> sweep)
    {
        this.root = root;
        this.sweep = sweep;
        Base = new MapNode([.. root.Entries.Where(entry => LanguageSchema.VariedSections.Contains(entry.Key))], root.Location, "");
        Conditions = Overlays("conditions", "condition");
        Policies = Overlays("policies", "policy");
    }

    /// <summary>The sections that overlays change.</summary>
    public MapNode Base { get; }

    /// <summary>Conditions by name.</summary>
    public IReadOnlyList<(string Name, MapNode Overlay)> Conditions { get; }

    /// <summary>Policies by name, each as an overlay with the one section <c>routing</c>.</summary>
    public IReadOnlyList<(string Name, MapNode Overlay)> Policies { get; }

    /// <summary>How many points there are.</summary>
    public long Count => sweep.Aggregate((long)Conditions.Count * Policies.Count,
        (count, entry) => Math.Min(count * ((SequenceNode)entry.Value).Items.Count, int.MaxValue));

    /// <summary>Every combination, merged.</summary>
    public IEnumerable<VariantPoint> Points()
    {
        foreach ((string policy, MapNode routing) in Policies)
        {
            foreach ((string condition, MapNode overlay) in Conditions)
            {
                MapNode merged = MergePatch.ApplyMap(MergePatch.ApplyMap(Base, overlay), routing);
                foreach (VariantPoint point in Sweep(merged, condition, policy, [], 0))
                    yield return point;
            }
        }
    }

    private IEnumerable<VariantPoint> Sweep(MapNode merged, string condition, string policy, IReadOnlyList<KeyValuePair<string, string>> values, int at)
    {
        if (at == sweep.Count)
        {
            yield return new VariantPoint(condition, policy, values, merged);
            yield break;
        }

        MapEntry entry = sweep[at];
        foreach (ScenarioNode value in ((SequenceNode)entry.Value).Items)
        {
            MapNode changed = MergePatch.ApplyMap(merged, NodeText.Nested(entry.Key, entry.KeyLocation, value));
            foreach (VariantPoint point in Sweep(changed, condition, policy, [.. values, new(entry.Key, NodeText.Of(value))], at + 1))
                yield return point;
        }
    }

    private List<(string Name, MapNode Overlay)> Overlays(string section, string kind)
    {
        List<(string, MapNode)> overlays = [];
        foreach (MapEntry entry in root.Map(section)?.Entries ?? [])
        {
            MapNode written = entry.Value as MapNode ?? new MapNode([], entry.KeyLocation, entry.Value.Path);
            overlays.Add((entry.Key, kind == "policy"
                ? new MapNode([new MapEntry("routing", entry.KeyLocation, Without(written, key => LanguageSchema.Root.Key(key) is not null))],
                    entry.KeyLocation, written.Path)
                : Without(written, key => !LanguageSchema.VariedSections.Contains(key))));
        }

        if (overlays.Count == 0)
            overlays.Add(("default", new MapNode([], root.Location, "")));
        return overlays;
    }

    private static MapNode Without(MapNode map, Predicate<string> unwanted) =>
        new([.. map.Entries.Where(entry => !unwanted(entry.Key))], map.Location, map.Path);
}
