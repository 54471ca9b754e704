using LayerShuffle.Core.Records;
using LayerShuffle.Scenarios.Binding;
using LayerShuffle.Scenarios.Effects;
using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Overlays;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;
using LayerShuffle.Scenarios.Validation;

namespace LayerShuffle.Scenarios.Loading;

/// <summary>Validates a merged file in full and turns it into a scenario.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="warnings">Where warnings go.</param>
/// <param name="folder">The absolute folder that paths are relative to.</param>
internal sealed class ScenarioBinder(MistakeList mistakes, MistakeList warnings, string folder)
{
    private const long MaximumTrials = 1_000_000;
    private const int MostMistakes = 200; // after so many the other combinations would say hardly more than the same again

    public Scenario? Bind(MapNode root)
    {
        MapType varied = new("settings", [.. LanguageSchema.Root.Keys.Where(key => LanguageSchema.VariedSections.Contains(key.Name))]);
        CheckStructure(root, varied);
        OverlayChecker overlayChecker = new(mistakes);
        IReadOnlyList<MapEntry> sweep = overlayChecker.Sweep(root.Map("sweep"));
        OverlayExpander overlays = new(root, sweep);
        SizeLimit limit = new(mistakes);
        if (!limit.Allows(overlays, root.Entry("conditions")?.KeyLocation ?? root.Location))
            return null;
        CheckOverlays(overlayChecker, overlays, varied);
        bool networkOnly = ModelBinder.IsNetworkOnly(root);
        ScenarioClock clock = Read.Text(root, "clock") == "wall" ? ScenarioClock.Wall : ScenarioClock.Virtual;
        ClockChecker clocks = new(mistakes, clock);
        ModelBinder modelBinder = new(mistakes, warnings, folder);
        IReadOnlyList<ModelSpec> models = modelBinder.Bind(root);
        clocks.Training(root);
        DatasetSpec? dataset = Dataset(root, networkOnly);
        if (overlays.Count > OverlayExpander.MaximumPoints)
        {
            mistakes.Add(root.Entry("sweep")?.KeyLocation ?? root.Location, "sweep", $"{overlays.Count} combinations of condition, policy and sweep point",
                $"at most {OverlayExpander.MaximumPoints}");
            return null;
        }

        if (!CheckTrials(root, models, overlays.Count))
            return null;
        List<ModelSpec> known = [.. models.Where(modelBinder.HasKnownSizes)];
        EffectFinder effects = new(known, known.Count == models.Count, dataset, clocks.IsWall);
        SourceLocation place = (root.Entry("sweep") ?? root.Entry("conditions"))?.KeyLocation ?? root.Location;
        IReadOnlyList<TrialVariant> variants = Variants(overlays, varied, known, dataset, networkOnly, clocks, new TensorChecker(mistakes, models),
            point => limit.Allows(point, place), effects);
        new WarningFinder(warnings).Shadows(overlays, sweep);
        List<string> sweepKeys = [.. sweep.Select(entry => entry.Key)];
        Scenario scenario = new()
        {
            Name = Read.Word(root, "name", ""),
            Description = Read.Word(root, "description", ""),
            Clock = clock,
            Seed = Read.Long(root, "seed", 0),
            Repeats = Math.Max(1, Read.Integer(root, "repeats", 1)),
            Threads = Math.Max(1, Read.Integer(root, "threads", 2)),
            Dataset = dataset,
            Models = models,
            NetworkOnly = networkOnly,
            Conditions = variants,
            SweepKeys = sweepKeys,
            Expectations = new ExpectationBinder(mistakes, warnings, models, variants, sweepKeys, networkOnly).Bind(root.Get("expect") as SequenceNode),
            Objectives = Objectives(root),
            Trace = Read.Text(root, "trace") switch { "all" => int.MaxValue, "off" => 0, _ => Read.Integer(root, "trace", 1000) },
            Probes = Probes(root, networkOnly, models),
        };
        if (mistakes.Count == 0)
            effects.Report(root, scenario, overlays, sweep, warnings);
        return scenario;
    }

    private List<Objective> Objectives(MapNode root)
    {
        List<Objective> objectives = [];
        foreach (ScalarNode word in Read.Scalars(root.Get("objective")).Where(word => Core.Records.Objectives.Words.Contains(word.Text)))
        {
            var objective = (Objective)Array.IndexOf([.. Core.Records.Objectives.Words], word.Text);
            if (objectives.Contains(objective))
                mistakes.Add(word, $"`{word.Text}` stands twice in the list", "each objective once");
            objectives.Add(objective);
        }

        return objectives;
    }

    private void CheckStructure(MapNode root, MapType varied)
    {
        MapType rest = new("settings", [.. LanguageSchema.Root.Keys.Select(key => varied.Key(key.Name) is null ? key : key with { Type = new AnyType() })]);
        MapNode blanked =
            new([.. root.Entries.Select(entry => varied.Key(entry.Key) is null ? entry
            : entry with { Value = new ScalarNode("", true, entry.Value.Location, entry.Value.Path) })], root.Location, root.Path);
        new StructureValidator(mistakes, requireKeys: true).Check(blanked, rest, "", root.Location);
    }

    private void CheckOverlays(OverlayChecker checker, OverlayExpander overlays, MapType varied)
    {
        StructureValidator partial = new(mistakes, requireKeys: false);
        SourceLocation place = overlays.Base.Location;
        partial.Check(overlays.Base, varied, "", place);
        checker.Nulls(overlays.Base, "");
        foreach ((string _, MapNode overlay) in overlays.Conditions.Concat(overlays.Policies))
        {
            checker.Nulls(overlay, "");
            partial.Check(MergePatch.ApplyMap(overlays.Base, overlay), varied, "", place);
        }
    }

    private ProbeSpec? Probes(MapNode root, bool networkOnly, IReadOnlyList<ModelSpec> models)
    {
        if (root.Map("probes") is not { } map)
            return null;
        if (networkOnly)
            mistakes.Add(root.Entry("probes")!.KeyLocation, "probes", "there is no model whose layers could be asked", "no `probes`, or a model");
        string[] words = [.. Read.Scalars(map.Get("kinds")).Select(node => node.Text)];
        bool all = words.Length == 0 || words.Contains("all");
        if (words.Contains("predicted_position") && !networkOnly && models.All(model => model.Config.Variant != ModelVariant.LayerShufflePredict))
            warnings.Add(map.Get("kinds")!, "no model is of the variant `layershuffle-predict`: `predicted_position` has no effect");
        return new ProbeSpec([.. LayerProbeWords.All.Where(word => all || words.Contains(word.Word)).Select(word => word.Kind)], Read.Integer(map, "images"),
            Read.Integer(map, "orders", 1));
    }

    private DatasetSpec? Dataset(MapNode root, bool networkOnly)
    {
        MapNode? map = root.Map("dataset");
        if (map is null)
        {
            if (!networkOnly && root.Get("dataset") is null)
                mistakes.Add(root.Location, "dataset", "missing key `dataset`", "the images, such as `dataset: {kind: shapes}`");
            return null;
        }

        string kind = Read.Word(map, "kind", "shapes");
        bool isShapes = kind == "shapes";
        string? path = Read.Text(map, "path");
        if (kind is "cifar10" or "cifar100" or "mnist" or "image-folder" && map.Get("path") is null)
            mistakes.Add(root.Entry("dataset")!.KeyLocation, "dataset.path", "missing key `path`", $"where {kind} lies");
        if (isShapes && path is not null)
            warnings.Add(map.Get("path")!, "shapes are drawn, not read: `path` has no effect");
        string? resolved = isShapes || path is null ? null : ScenarioPath.Resolve(folder, path);
        if (resolved is not null && !Path.Exists(resolved))
            warnings.Add(map.Get("path")!, $"there is no {resolved}: the run will need it");
        return new DatasetSpec(kind, resolved, Read.Integer(map, "train") ?? (isShapes ? 5000 : null), Read.Integer(map, "test") ?? (isShapes ? 1000 : null));
    }

    private List<TrialVariant> Variants(OverlayExpander overlays, MapType varied, IReadOnlyList<ModelSpec> models, DatasetSpec? dataset, bool networkOnly,
        ClockChecker clocks, TensorChecker tensors, Predicate<VariantPoint> isAllowed, EffectFinder effects)
    {
        List<TrialVariant> variants = [];
        StructureValidator full = new(mistakes, requireKeys: true);
        VariantBinder binder = new(mistakes, models);
        MemoryChecker memory = new(mistakes, models, clocks.IsWall);
        RangeChecker ranges = new(mistakes, models);
        WarningFinder finder = new(warnings);
        bool isSingle = overlays.Count == 1;
        HashSet<ScenarioNode> checkedSections = new(ReferenceEqualityComparer.Instance);
        foreach (VariantPoint point in overlays.Points())
        {
            if (!isAllowed(point) || mistakes.Count > MostMistakes)
                return variants;
            full.Check(point.Merged.Only(entry => checkedSections.Add(entry.Value)), varied, "", point.Merged.Location); // points share what they do not change
            mistakes.Context = isSingle ? "" : $" (condition `{point.DisplayName}`, policy `{point.Policy}`)";
            TrialVariant variant = binder.Bind(point);
            if (networkOnly && variant.Workload.Requests is null && point.Merged.Map("workload")?.Get("requests") is null
                && point.Merged.Map("workload")?.Map("arrivals")?.Get("trace") is null)
                mistakes.Add(point.Merged.Entry("workload")?.KeyLocation ?? point.Merged.Location, "workload.requests", "missing key `requests`",
                    "how many requests: with `model: none` there are no test images to count");
            clocks.Variant(point, variant);
            tensors.Variant(point, variant);
            memory.Variant(point, variant);
            ranges.Variant(point, variant);
            mistakes.Context = "";
            finder.Variant(point, variant, models, dataset);
            if (mistakes.Count == 0)
                effects.Variant(point, variant);
            variants.Add(variant);
        }

        memory.Training();
        return variants;
    }

    private bool CheckTrials(MapNode root, IReadOnlyList<ModelSpec> models, long variants)
    {
        long trials = models.Sum(model => (long)ScenarioExpander.TrainingSeeds(model)) * variants * Math.Max(1, Read.Integer(root, "repeats", 1));
        if (trials > MaximumTrials)
            mistakes.Add(root.Location, "", $"{trials} trials", $"at most {MaximumTrials}");
        return trials <= MaximumTrials;
    }
}
