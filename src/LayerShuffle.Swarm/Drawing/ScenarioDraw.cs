using LayerShuffle.Core.Seeds;
using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Syntax;
using LayerShuffle.Swarm.Trees;

namespace LayerShuffle.Swarm.Drawing;

/// <summary>A scenario that a seed has drawn.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Tree">The scenario.</param>
public sealed record DrawnScenario(long Seed, MapNode Tree)
{
    /// <summary>Its YAML.</summary>
    public string Yaml => YamlWriter.Write(Tree);
}

/// <summary>
/// Draws a whole scenario from one seed, over every key of the language: the schema says which keys there are, so that a new one is drawn as soon as it is
/// there. A seed first draws how much there is at all, and leaves out most features: what is on at once hides what each does alone. What the validator
/// refuses is taken out again.
/// </summary>
public sealed class ScenarioDraw
{
    private const int MostRepairs = 80, ModelEvery = 50, SinkEvery = 10;
    private static readonly double[] Heats = [0.05, 0.12, 0.3, 0.5];
    private static readonly string[] Faults = ["ant", "bee", "cat", "dog", "elk"], Nodes = ["alpha", "beta", "gamma", "delta"], Few = ["one", "two"];
    private static readonly string[] Lossy = ["network.loss", "network.corrupt", "network.queue", "network.packets", "network.trace"];
    private readonly string folder;
    private readonly double heat;
    private readonly bool computes, calm, everything;
    private readonly int layers;
    private List<string> nodes = ["node-1"];

    private ScenarioDraw(long seed, string folder, bool everything)
    {
        (this.folder, this.everything) = (folder, everything);
        var luck = new Luck(SeedTree.Root(seed).Child("swarm"));
        heat = everything ? 1 : luck.One("heat", Heats);
        calm = !everything && luck.Happens("calm", 0.3);
        computes = !everything && seed % ModelEvery == ModelEvery - 1;
        layers = luck.Whole("layers", 2, computes ? 4 : 7);
    }

    /// <summary>Draws one.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="folder">Where the sample files lie that scenarios may name (<see cref="SampleFiles"/>).</param>
    public static DrawnScenario Draw(long seed, string folder) => Draw(seed, folder, seed % SinkEvery == SinkEvery - 2);

    /// <summary>Draws one with everything in it that can be in one scenario: where keys exclude each other, the seed says which it is.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="folder">Where the sample files lie.</param>
    public static DrawnScenario KitchenSink(long seed, string folder) => Draw(seed, folder, true);

    private static DrawnScenario Draw(long seed, string folder, bool everything) =>
        new(seed, new ScenarioDraw(seed, folder, everything).Whole(new Luck(SeedTree.Root(seed).Child("swarm").Child("scenario"))));

    private MapNode Whole(Luck luck)
    {
        List<(string, ScenarioNode)> entries = [("name", TreePath.Scalar("swarm"))];
        foreach (SchemaKey key in LanguageSchema.Root.Keys.Where(key => key.Name != "name" && Undrawn.Reason(key.Name) is null))
        {
            ScenarioNode? value = key.Name switch
            {
                "model" => Model(luck["model"]),
                "models" => luck.Happens("models", heat / 3) ? Models(luck["models"]) : null,
                "dataset" => computes ? Read("{kind: shapes, train: 20, test: 12}") : null,
                // models are trained once for each of these seeds, not once for each scenario
                "seed" when computes => TreePath.Scalar(Luck.Text(luck["seed"].Whole("value", 0, 1))),
                "seed" or "cluster" or "workload" => Value(key.Type, key.Name, luck[key.Name]),
                "network" => everything || luck.Happens("network", 0.92) ? Value(key.Type, key.Name, luck["network"]) : null,
                "faults" => everything || luck.Happens("faults", 0.75) ? Value(key.Type, key.Name, luck["faults"]) : null,
                "routing" => everything || luck.Happens("routing", 0.9) ? Value(key.Type, key.Name, luck["routing"]) : null,
                "reliability" => luck.Happens("reliability", Share("reliability")) ? Value(key.Type, key.Name, luck["reliability"]) : null,
                "sweep" => luck.Happens("sweep", heat / 3) ? Sweep(luck["sweep"]) : null,
                _ => luck.Happens(key.Name, heat / 3) ? Value(key.Type, key.Name, luck[key.Name]) : null,
            };
            if (value is not null)
                entries.Add((key.Name, value));
        }

        entries.Add(("trace", TreePath.Scalar("all")));
        return Repaired(TreePath.Map(entries));
    }

    /// <summary>Takes out what the validator refuses, deepest first, until it refuses nothing.</summary>
    private MapNode Repaired(MapNode root)
    {
        for (int i = 0; i < MostRepairs; i++)
        {
            ScenarioLoadResult loaded = ScenarioLoader.Parse(YamlWriter.Write(root), "swarm", folder);
            if (loaded is { Scenario: not null, Mistakes.Count: 0 })
                return root;
            IReadOnlyList<object> place = TreePath.Parse(loaded.Mistakes[0].KeyPath);
            if (place is ["workload", "requests"])
                place = ["workload", "arrivals"]; // there must be requests, and what disagrees with them goes
            while (place.Count > 0 && (TreePath.At(root, place) is null || IsNeeded(place)))
                place = [.. place.SkipLast(1)];
            if (place.Count == 0) // it concerns the whole: what is not needed goes, the last first
                place = root.Entries.Select(entry => (IReadOnlyList<object>)[entry.Key]).LastOrDefault(one => !IsNeeded(one) && one[0] is not "trace") ?? [];
            if (place.Count == 0)
                break;
            root = (MapNode)TreePath.With(root, place, null);
        }

        throw new InvalidOperationException($"No valid scenario can be drawn; what is left is:\n{YamlWriter.Write(root)}");
    }

    private static bool IsNeeded(IReadOnlyList<object> place) =>
        place is ["name"] or ["model"] or ["dataset"] or ["cluster"] or ["workload"] or ["workload", "requests"] or ["model", ..];

    private ScenarioNode Model(Luck luck)
    {
        List<(string, ScenarioNode)> entries =
        [
            ("architecture", TreePath.Scalar(computes ? luck.One("architecture", (string[])["vit", "deit"]) : "none")),
            ("image_size", TreePath.Scalar("16")),
            ("patch_size", TreePath.Scalar(computes ? "8" : luck.One("patch", (string[])["4", "8"]))),
            ("hidden_size", TreePath.Scalar(computes ? "16" : Luck.Text(8 * luck.Whole("hidden", 1, 24)))),
            ("num_hidden_layers", TreePath.Scalar(Luck.Text(computes ? 3 : layers))),
            ("num_attention_heads", TreePath.Scalar("2")),
            ("intermediate_size", TreePath.Scalar("32")),
        ];
        if (computes)
        {
            entries.Add(("variant", TreePath.Scalar(luck.One("variant",
                (string[])["standard", "layerdrop", "layershuffle", "layershuffle-position", "layershuffle-predict"]))));
            entries.Add(("training", Read("{epochs: 1, batch_size: 10}")));
        }

        return TreePath.Map(entries);
    }

    /// <summary>A second model, whose luck is the first one's.</summary>
    private ScenarioNode Models(Luck luck) => TreePath.Map(Few.Select((name, i) => (name, (ScenarioNode)(i == 0 || computes ? TreePath.Map([])
        : TreePath.Map([("num_hidden_layers", TreePath.Scalar(Luck.Text(luck.Whole("layers", 1, 5))))])))).Take(computes ? 1 : 2));

    private ScenarioNode? Value(SchemaType type, string path, Luck luck) => Own(path, luck) ?? type switch
    {
        ChoiceType choice => Choice(choice, path, luck),
        MapType map => Settings(map, path, luck),
        VariantType variant => Variant(variant, path, luck),
        DictionaryType dictionary => Names(dictionary, path, luck),
        ListType list => TreePath.List(Enumerable.Range(0, Math.Max(list.Least, luck.Whole("count", 1, 2)))
            .Select(i => Value(list.Item, path + "[]", luck[i])).OfType<ScenarioNode>()),
        OverlayType overlay => Settings(overlay.Target, Overlaid(path), luck),
        ScalarType { Kind: ScalarKind.Path } => SampleFiles.For(path, luck) is { } file ? TreePath.Scalar(file) : null,
        ScalarType { Kind: ScalarKind.Pattern } => TreePath.Scalar(Endpoint(path, luck)),
        ScalarType scalar => ScalarRanges.Draw(scalar, path, luck) is { } text ? TreePath.Scalar(text) : null,
        _ => null,
    };

    private ScenarioNode? Choice(ChoiceType choice, string path, Luck luck)
    {
        // One option after the other from a drawn one on: some cannot be drawn.
        bool deep = path.EndsWith(".base", StringComparison.Ordinal) && luck.Happens("deep", 0.75); // what lies that deep is seldom met otherwise
        int first = deep ? 0 : luck.Whole("option", 0, choice.Options.Count - 1);
        return Enumerable.Range(0, choice.Options.Count).Select(i => choice.Options[(first + i) % choice.Options.Count])
            .Select(option => Value(option, path, luck)).FirstOrDefault(value => value is not null);
    }

    private ScenarioNode? Variant(VariantType variant, string path, Luck luck)
    {
        (string? Word, MapType Map)[] all = [.. variant.Variants.Select(one => ((string?)one.Word, one.Map)),
            .. variant.Otherwise is { Keys.Count: > 0 } otherwise ? [((string?)null, otherwise)] : Array.Empty<(string?, MapType)>()];
        (string? word, MapType map) = all[^1].Word is null && luck.Happens("otherwise", 0.35) ? all[^1] : luck.One("variant", all);
        return Settings(map, path, luck) is not MapNode settings ? null : word is null ? settings
            : new MapNode([new MapEntry(variant.Discriminator, TreePath.Nowhere, TreePath.Scalar(word)), .. settings.Entries], TreePath.Nowhere, "");
    }

    private ScenarioNode? Settings(MapType map, string path, Luck luck)
    {
        List<(string, ScenarioNode)> entries = [];
        foreach (SchemaKey key in map.Keys.Where(key => key.Supported))
        {
            string below = path.Length == 0 ? key.Name : $"{path}.{key.Name}";
            if (Undrawn.Reason(below) is not null || !(key.Required || luck.Happens(key.Name, Share(below))))
                continue;
            if (Value(key.Type, below, luck[key.Name]) is { } value)
                entries.Add((key.Name, value));
            else if (key.Required)
                return null;
        }

        return TreePath.Map(entries);
    }

    /// <summary>How often a key that may be left out is there.</summary>
    private double Share(string path) => path switch
    {
        // what is calm loses nothing but to faults, and has time: there nothing excuses a request that is not answered
        _ when calm && Lossy.Any(key => path == key || (path.StartsWith("network.links[].", StringComparison.Ordinal) && path.EndsWith(key["network".Length..],
            StringComparison.Ordinal))) => 0,
        "workload.requests" or "cluster.nodes" or "workload.deadline" => 1,
        "cluster.compute_time" or "network.latency" => 0.85,
        "cluster.nodes.NAME.compute_time" => 0.6,
        _ when path.EndsWith(".base", StringComparison.Ordinal) => 0.8,
        "routing.timeout" => 0.7,
        "reliability" => everything ? 0 : heat / 4, // nothing happens in time then
        // Where senders do what one timeout and a number of resends say, the invariants ask most of them.
        "routing.hedge" or "routing.parallel" or "routing.redundancy" or "routing.backoff" or "routing.avoid" => everything ? heat : heat / 3,
        "network.control" => heat / 2,
        "faults.NAME.at" => 0.9,
        "faults.NAME.after" => 0.1,
        "faults.NAME.every" or "faults.NAME.until" or "faults.NAME.jitter" => everything ? 0.3 : heat / 2,
        "faults.NAME.for" when everything => 0.5,
        // most faults end, else nothing is left to see
        "faults.NAME.restart_after" or "faults.NAME.for" or "faults.NAME.heal_after" or "faults.NAME.until" => 0.8,
        _ when path.StartsWith("network.", StringComparison.Ordinal) || path.StartsWith("cluster.", StringComparison.Ordinal)
            || path.StartsWith("routing.", StringComparison.Ordinal) => path.Count(c => c == '.') == 1 ? heat : everything ? 0.7 : 0.4,
        _ => everything ? 0.7 : 0.4,
    };

    private ScenarioNode Names(DictionaryType dictionary, string path, Luck luck)
    {
        IReadOnlyList<string> names = path switch
        {
            "faults" => [.. Faults.Take(everything ? Faults.Length : luck.Whole("count", 1, 1 + (int)(heat * 8)))],
            "cluster.nodes" => nodes = [.. Nodes.Take(luck.Whole("count", 1, Nodes.Length))],
            _ => [.. Few.Take(luck.Whole("count", 1, 2))],
        };
        return TreePath.Map(names.Select(name => (name, Value: Value(dictionary.Value, path + ".NAME", luck[name])))
            .Where(entry => entry.Value is not null).Select(entry => (entry.name, entry.Value!)));
    }

    /// <summary>What the schema does not say: names that must be somebody's, lists that must hold every layer.</summary>
    private ScenarioNode? Own(string path, Luck luck)
    {
        string[] ids = [.. Enumerable.Range(0, layers).Select(layer => Luck.Text(layer))];
        switch (path)
        {
            case "cluster.nodes" when luck.Happens("numbered", 0.6):
                int count = luck.Whole("count", 1, 6);
                nodes = [.. Enumerable.Range(1, count).Select(i => $"node-{i}")];
                return TreePath.Scalar(Luck.Text(count));
            case "workload.deadline" when calm:
                return TreePath.Scalar(Luck.Text(luck.Whole("calm", 15, 60)) + "s");
            case "cluster.placement" when luck.Happens("listed", 0.3):
                return TreePath.Map(ids.GroupBy(id => luck[id].One("host", nodes)).Select(host => (host.Key, Ids(host))));
            case "routing.order" when luck.Happens("listed", 0.2):
                return Ids(luck.Mixed("order", luck.Some("which", ids, 1)));
            case "routing.hedge.after" when luck.Happens("quantile", 0.4):
                return TreePath.Scalar(luck.One("which", (string[])["p50", "p75", "p90"]));
            case "routing.prune.choose" when luck.Happens("listed", 0.3):
                return Ids(luck.Some("which", ids, 1).Take(2));
            case "faults.NAME.groups" when luck.Happens("listed", 0.6):
                return Groups(luck);
            case "reliability":
                return Reliability(luck);
            case "cluster.domains.NAME":
                return TreePath.List(luck.Some("which", nodes, 1).Select(TreePath.Scalar));
            case "faults.NAME.nodes" when luck.Happens("listed", 0.5):
                return TreePath.List(luck.Some("which", nodes, 1).Take(2).Select(TreePath.Scalar));
            case "faults.NAME.nodes.random" or "faults.NAME.nodes.up_to" when luck.Happens("share", 0.5):
                return TreePath.Scalar(luck.Percent("value", 5, 60));
            case "faults.NAME.nodes.random" or "faults.NAME.nodes.up_to":
                return TreePath.Scalar(Luck.Text(luck.Whole("value", 1, nodes.Count)));
            default:
                return path.EndsWith(".quantiles", StringComparison.Ordinal) ? Quantiles(luck) : null;
        }
    }

    /// <summary>Of every node, of one, of domains: what is not there is taken out again.</summary>
    private MapNode Reliability(Luck luck)
    {
        List<(string, ScenarioNode)> entries = [("node", TreePath.Scalar(luck.Percent("every", 40, 99)))];
        if (luck.Happens("one", 0.4))
            entries.Add((luck["one"].One("which", nodes), TreePath.Scalar(luck["one"].Percent("up", 0, 100))));
        if (luck.Happens("domain", 0.4))
            entries.Add(("domain", luck.Happens("named", 0.5) ? TreePath.Map([("one", TreePath.Scalar(luck.Percent("named up", 40, 99)))])
                : TreePath.Scalar(luck.Percent("domains up", 40, 99))));
        return TreePath.Map(entries);
    }

    private static ScenarioNode Ids(IEnumerable<string> ids) => TreePath.List(ids.Select(TreePath.Scalar));

    private ScenarioNode Groups(Luck luck)
    {
        IReadOnlyList<string> mixed = luck.Mixed("order", (List<string>)["coordinator", .. nodes]);
        int first = luck.Whole("first", 1, mixed.Count - 1), second = luck.Whole("second", 1, mixed.Count - first);
        return TreePath.List([Ids(mixed.Take(first)), luck.Happens("rest", 0.25) ? TreePath.Scalar("rest") : Ids(mixed.Skip(first).Take(second))]);
    }

    private static ScenarioNode Quantiles(Luck luck)
    {
        double low = luck.Number("low", 0.5, 4), middle = low + luck.Number("middle", 0, 6), high = middle + luck.Number("high", 0.1, 30);
        return Read($"[[0%, {Luck.Text(low)}ms], [60%, {Luck.Text(Math.Round(middle, 3))}ms], [100%, {Luck.Text(Math.Round(high, 3))}ms]]");
    }

    private string Endpoint(string path, Luck luck) => path.EndsWith(".fault", StringComparison.Ordinal) ? luck.One("fault", Faults)
        : path.EndsWith(".domain", StringComparison.Ordinal) || path.EndsWith(".domain[]", StringComparison.Ordinal) ? luck.One("domain", Few)
        : path.EndsWith(".isolate", StringComparison.Ordinal) || path.EndsWith(".bridge", StringComparison.Ordinal)
            ? luck.Happens("random", 0.4) ? "random" : luck.One("node", nodes)
        : luck.Happens("all", 0.3) ? "all"
        : path.EndsWith(".from", StringComparison.Ordinal) || path.EndsWith(".to", StringComparison.Ordinal)
            || path.EndsWith("from[]", StringComparison.Ordinal) || path.EndsWith("to[]", StringComparison.Ordinal)
            ? luck.One("endpoint", (List<string>)["coordinator", .. nodes]) : luck.One("node", nodes);

    private ScenarioNode Sweep(Luck luck)
    {
        (string Path, string Values)[] some =
        [
            ("network.loss", "[0%, 10%]"), ("routing.order", "[sequential, arbitrary]"), ("routing.retries", "[0, 2]"),
            ("routing.on_failure", "[fail, skip]"), ("workload.images_per_request", "[1, 3]"), ("network.latency", "[2ms, 9ms]"),
        ];
        return TreePath.Map(luck.Some("which", some, 1).Take(2).Select(swept => (swept.Path, Read(swept.Values))));
    }

    /// <summary>Overlays change the sections by their own paths.</summary>
    private static string Overlaid(string path) => path.StartsWith("policies", StringComparison.Ordinal) ? "routing" : "";

    private static ScenarioNode Read(string yaml) => ((MapNode)YamlReader.Read("swarm", $"x: {yaml}", new MistakeList())!).Get("x")!;
}
