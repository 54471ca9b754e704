using LayerShuffle.Scenarios.Binding;
using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Loading;

/// <summary>Writes the effective scenario: the merged file with its defaults filled in and its paths absolute.</summary>
internal static class EffectiveScenario
{
    private static readonly SourceLocation Nowhere = new("default", 0, 0);

    /// <summary>Writes it.</summary>
    /// <param name="root">The merged file.</param>
    /// <param name="folder">The absolute folder that its paths are relative to.</param>
    /// <param name="paths">Told each absolute path, and how the scenario writes it.</param>
    public static string Write(MapNode root, string folder, IDictionary<string, string> paths)
    {
        MapNode filled = Filled(Absolute(root, (map, key) => Resolved(map, key, folder, paths)), LanguageSchema.Root);
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

    private static MapNode Absolute(MapNode root, Func<MapNode, string, MapNode> resolved)
    {
        if (root.Map("dataset") is { } dataset)
            root = root.With(root.Entry("dataset")! with { Value = resolved(dataset, "path") });
        if (root.Map("model") is { } shared)
            root = root.With(root.Entry("model")! with { Value = Orders(shared, resolved) });
        if (root.Map("models") is not { } models)
            return root;
        foreach (MapEntry entry in models.Entries)
        {
            if (entry.Value is MapNode model)
                models = models.With(entry with { Value = Orders(resolved(model, "checkpoint"), resolved) });
        }

        return root.With(root.Entry("models")! with { Value = models });
    }

    private static MapNode Orders(MapNode model, Func<MapNode, string, MapNode> resolved) =>
        model.Map("training") is { } training && training.Map("order") is { } order ? model.With(model.Entry("training")! with
        {
            Value = training.With(training.Entry("order")! with { Value = resolved(order, "trace") }),
        })
        : model;

    private static MapNode Resolved(MapNode map, string key, string folder, IDictionary<string, string> paths)
    {
        if (Read.Text(map, key) is not { } path)
            return map;
        string absolute = ScenarioPath.Resolve(folder, path);
        paths.TryAdd(absolute, path);
        return map.With(map.Entry(key)! with { Value = new ScalarNode(absolute, false, Nowhere, key) });
    }
}
