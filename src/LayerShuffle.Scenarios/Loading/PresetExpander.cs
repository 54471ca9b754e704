using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Loading;

/// <summary>
/// Writes presets of training out where they are named: in <c>model</c>, or in an entry of <c>models</c>, which is then merged over <c>model</c> like any
/// other. Keys beside a preset win over it.
/// </summary>
internal static class PresetExpander
{
    private const string Key = "preset", Section = "training";

    /// <summary>The scenario without shorthand; <c>preset</c> stays, for whoever reads the effective scenario.</summary>
    public static MapNode Expand(MapNode root)
    {
        root = WithModel(root, "model");
        if (root.Map("models") is not { } models)
            return root;
        MapNode expanded = models.Entries.Aggregate(models, (map, entry) => WithModel(map, entry.Key));
        return ReferenceEquals(expanded, models) ? root : root.With(root.Entry("models")! with { Value = expanded });
    }

    private static MapNode WithModel(MapNode map, string name)
    {
        if (map.Map(name) is not { } model || model.Map(Section) is not { } training || training.Get(Key) is not ScalarNode preset
            || TrainingPresets.Of(preset.Text) is not { } recipe)
            return map;
        foreach (IGrouping<string, (string Key, string Value)> pairs in recipe.GroupBy(pair => pair.Key.Split('.')[0]))
        {
            if (training.Entry(pairs.Key) is null)
                training = training.With(new MapEntry(pairs.Key, preset.Location, Node([.. pairs], pairs.Key, preset.Location, training.Path)));
        }

        return map.With(map.Entry(name)! with { Value = model.With(model.Entry(Section)! with { Value = training }) });
    }

    /// <summary>What keys of a recipe are, as a scenario would have it: settings where there are dots after the name.</summary>
    private static ScenarioNode Node(IReadOnlyList<(string Key, string Value)> pairs, string name, SourceLocation location, string parent)
    {
        string path = $"{parent}.{name.Split('.')[^1]}";
        if (pairs[0].Key == name)
            return new ScalarNode(pairs[0].Value, true, location, path);
        MapEntry Entry(IGrouping<string, (string Key, string Value)> inner) =>
            new(inner.Key, location, Node([.. inner], $"{name}.{inner.Key}", location, path));
        return new MapNode([.. pairs.GroupBy(pair => pair.Key[(name.Length + 1)..].Split('.')[0]).Select(Entry)], location, path);
    }
}
