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
        foreach ((string key, string value) in recipe.Where(pair => training.Entry(pair.Key) is null))
            training = training.With(new MapEntry(key, preset.Location, new ScalarNode(value, true, preset.Location, $"{training.Path}.{key}")));
        return map.With(map.Entry(name)! with { Value = model.With(model.Entry(Section)! with { Value = training }) });
    }
}
