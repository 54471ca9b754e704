using LayerShuffle.Scenarios.Binding;
using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Loading;

/// <summary>Writes the effective scenario: the merged file with its defaults filled in and its paths absolute.</summary>
internal static class EffectiveScenario
{
    private static readonly SourceLocation Nowhere = new("default", 0, 0);

    public static string Write(MapNode root, string folder)
    {
        MapNode filled = Filled(Absolute(root, folder), LanguageSchema.Root);
        foreach (string section in (string[])["cluster", "network", "routing", "workload", "model"])
        {
            if (filled.Get(section) is null or MapNode && !(section == "model" && ModelBinder.IsNetworkOnly(root)))
                filled = filled.With(new MapEntry(section, Nowhere, Section(filled.Map(section) ?? Empty(section), section, Trains(root))));
        }

        List<MapEntry> entries = [.. LanguageSchema.Root.Keys.Select(key => filled.Entry(key.Name)).OfType<MapEntry>().Where(entry => !entry.Value.IsNull)];
        return YamlWriter.Write(new MapNode(entries, root.Location, ""));
    }

    private static MapNode Empty(string path) => new([], Nowhere, path);

    /// <summary>Whether any model is trained here: settings of training belong to no other.</summary>
    private static bool Trains(MapNode root) => root.Map("models") is not { } models
        || models.Entries.Any(entry => entry.Value is not MapNode model || model.Get("checkpoint") is null || model.Get("training") is not null);

    private static MapNode Section(MapNode map, string section, bool trains)
    {
        MapType type = (MapType?)((LanguageSchema.Root.Key(section)!.Type as ChoiceType)?.Map) ?? (MapType)LanguageSchema.Root.Key(section)!.Type;
        MapNode filled = Filled(map, type);
        if (section == "model" && (trains || map.Get("training") is not null))
            filled = filled.With(new MapEntry("training", Nowhere,
                Filled(filled.Map("training") ?? Empty("model.training"), (MapType)type.Key("training")!.Type)));
        return filled;
    }

    private static MapNode Filled(MapNode map, MapType type)
    {
        foreach (SchemaKey key in type.Keys)
        {
            if (key.Default is { } text && map.Get(key.Name) is null)
                map = map.With(new MapEntry(key.Name, Nowhere, new ScalarNode(text, true, Nowhere, key.Name)));
        }

        return map;
    }

    private static MapNode Absolute(MapNode root, string folder)
    {
        if (root.Map("dataset") is { } dataset)
            root = root.With(root.Entry("dataset")! with { Value = Resolved(dataset, "path", folder) });
        if (root.Map("model") is { } shared)
            root = root.With(root.Entry("model")! with { Value = Orders(shared, folder) });
        if (root.Map("models") is not { } models)
            return root;
        foreach (MapEntry entry in models.Entries)
        {
            if (entry.Value is MapNode model)
                models = models.With(entry with { Value = Orders(Resolved(model, "checkpoint", folder), folder) });
        }

        return root.With(root.Entry("models")! with { Value = models });
    }

    private static MapNode Orders(MapNode model, string folder) => model.Map("training") is { } training && training.Map("order") is { } order
        ? model.With(model.Entry("training")! with
        {
            Value = training.With(training.Entry("order")! with { Value = Resolved(order, "trace", folder) }),
        })
        : model;

    private static MapNode Resolved(MapNode map, string key, string folder) => Read.Text(map, key) is { } path
        ? map.With(map.Entry(key)! with { Value = new ScalarNode(ScenarioPath.Resolve(folder, path), false, Nowhere, key) })
        : map;
}
