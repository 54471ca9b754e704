using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;
using LayerShuffle.Scenarios.Units;

namespace LayerShuffle.Scenarios.Effects;

/// <summary>Which settings of the file itself, of its models and of their training do nothing.</summary>
/// <param name="ledger">Where that is noted.</param>
internal sealed class ModelEffects(EffectLedger ledger)
{
    private static readonly string[] Tensors = ["num_attention_heads", "initializer_range", "layerdrop", "position_loss_weight", "training", "init_from",
        "checkpoint"];
    private static readonly string[] OfTraining =
    [
        "batch_size", "learning_rate", "optimizer", "momentum", "weight_decay", "warmup_ratio", "lr_scheduler_type", "max_grad_norm", "label_smoothing",
        "augmentation", "rand_augment_operations", "rand_augment_magnitude", "random_erasing", "mixup", "cutmix", "distillation", "precision", "ema",
        "validation", "early_stopping", "select", "test_epochs", "micro_batches", "accumulation", "checkpoint_epochs", "checkpoint_steps", "faults", "order",
    ];

    /// <summary>Judges everything that conditions do not change.</summary>
    public void Judge(MapNode root, Scenario scenario)
    {
        if (scenario.NetworkOnly)
            NetworkOnly(root, scenario);
        MapNode? shared = root.Map("model");
        foreach (ModelSpec model in scenario.Models)
        {
            MapNode? entry = root.Map("models")?.Map(model.Name);
            foreach (MapNode map in new[] { entry, shared }.OfType<MapNode>())
            {
                if (scenario.NetworkOnly)
                    WithoutTensors(map);
                else
                    Model(map, map == entry, model, scenario);
            }
        }

        if (!scenario.NetworkOnly && scenario.Models.All(model => model.Training is null))
            ledger.Judge(root.Map("dataset")?.Get("train"), "no effect: no model is trained; leave it out");
        SameModels(root, scenario.Models);
        Objective(root, scenario);
    }

    private void Objective(MapNode root, Scenario scenario)
    {
        if (scenario.Objectives.Count == 0 || root.Get("objective") is not { } written)
            return;
        ledger.Judge(written, scenario.Models.Count * scenario.Conditions.Count == 1
            ? "no effect: there is one model, policy and condition, and nothing to rank; leave it out" : null);
        bool knowsEnergy = scenario.Conditions.Any(variant => variant.Reliability is null
            && (variant.Cluster.JoulesPerBit is not null || variant.Cluster.Nodes.Any(node => node.Power is not null)));
        bool inTime = scenario.Conditions.Any(variant => variant.Reliability is null);
        foreach (ScalarNode word in Read.Scalars(written))
        {
            ledger.Judge(new ScalarNode(word.Text, true, word.Location, $"{word.Path}={word.Text}"), word.Text == "energy" && !knowsEnergy
                ? "no effect: nothing is known of energy; give nodes `power`, or `cluster.energy_per_bit`"
                : word.Text == "loss" && scenario.NetworkOnly ? "no effect: with `model: none` there are no answers; rank by accuracy, which is completion then"
                : word.Text is not ("accuracy" or "loss") && !inTime ? "no effect: with `reliability` no time passes and nothing is sent; rank by accuracy"
                : null);
        }
    }

    private void NetworkOnly(MapNode root, Scenario scenario)
    {
        ledger.Judge(root.Get("dataset"), "no effect: with `model: none` no image is needed; leave it out");
        bool isVirtual = scenario.Clock == ScenarioClock.Virtual;
        if (scenario.Threads != 2 && isVirtual && root.Get("threads") is { Location.Line: > 0 } threads)
            ledger.Judge(threads, "no effect: with `model: none` nothing is computed; leave it out");
        if (scenario.Repeats > 1 && isVirtual)
            ledger.Judge(root.Get("repeats"), scenario.Conditions.Any(IsDrawn) ? null
                : "no effect: nothing is drawn at random, so that all repeats are the same; leave it out");
    }

    /// <summary>Whether anything of a variant differs from repeat to repeat.</summary>
    private static bool IsDrawn(TrialVariant variant) => variant.Reliability is { } reliability
        ? !reliability.IsExact || variant.Routing.Order == OrderKind.Arbitrary || variant.Routing.Prune is { Choose: PruneChoice.Random }
        : IsDrawnInTime(variant);

    private static bool IsDrawnInTime(TrialVariant variant) =>
        variant.Network.Links.Select(link => variant.Network.Default.With(link.Set)).Prepend(variant.Network.Default)
            .Any(link => link.Loses || (link.Trace is { } trace && (trace.Offset is null || trace.Table.Sets(point => point.Loss > 0)))
                || link.Corrupt + link.Duplicate + link.Reorder > 0 || !VariantFacts.IsConstant(link.Latency)) ||
        variant.Cluster.Nodes.Any(node => !VariantFacts.IsConstant(node.ComputeTime.Base)) || variant.Workload.Arrivals.Kind == ArrivalKind.Poisson ||
        variant.Routing.Order == OrderKind.Arbitrary || variant.Routing.Prune is { Choose: PruneChoice.Random } || variant.Faults.Any(IsDrawn);

    private static bool IsDrawn(FaultSpec fault) => fault.Timing.Jitter.Nanoseconds > 0 || fault switch
    {
        ChurnFault => true,
        OutageFault outage => outage.Nodes.IsDrawn,
        PauseFault pause => pause.Nodes.IsDrawn,
        SlowdownFault slowdown => slowdown.Nodes.IsDrawn,
        ByzantineFault byzantine => byzantine.Nodes.IsDrawn || byzantine.Answer == ByzantineAnswer.Noise,
        MemoryFault => true,
        PartitionFault partition => partition.Shape is PartitionShape.RandomHalves or PartitionShape.Bridge
            || (partition.Shape == PartitionShape.Isolate && partition.Middle is null),
        LinkFault link => link.Set.Loss > 0 || link.Set.LoseFirst > 0 || link.Set.Queue is not null || link.Set.Corrupt > 0
            || link.Set.Duplicate > 0 || link.Set.Reorder > 0
            || (link.Set.Latency is { } latency && !VariantFacts.IsConstant(latency)),
        _ => false,
    };

    private void WithoutTensors(MapNode map)
    {
        foreach (string key in Tensors.Where(key => !IsDefault(map, key)))
            ledger.Judge(map.Get(key), "no effect: with `model: none` only the sizes of activations count; leave it out");
    }

    private void Model(MapNode map, bool isEntry, ModelSpec model, Scenario scenario)
    {
        if (model.LayerDrop != 0.2)
            ledger.Judge(map.Get("layerdrop"), model.Variant == "layerdrop" ? null
                : $"no effect: only `variant: layerdrop` drops layers, and this is `{model.Variant}`; change the variant, or leave it out");
        if (model.PositionLossWeight != 1)
            ledger.Judge(map.Get("position_loss_weight"), model.Variant == "layershuffle-predict" ? null
                : $"no effect: only `variant: layershuffle-predict` predicts positions, and this is `{model.Variant}`; change the variant, or leave it out");
        bool adds = model.Variant is "layershuffle-position" or "layershuffle-predict"; // parts that the model it starts from may lack
        if (isEntry && !IsDefault(map, "initializer_range"))
            ledger.Judge(map.Get("initializer_range"), model.InitFrom is not null && !adds
                ? $"no effect: all weights come from model `{model.InitFrom}`; leave it out" : null);
        if (map.Map("training") is { } training)
            Training(training, model, scenario);
    }

    private void Training(MapNode map, ModelSpec model, Scenario scenario)
    {
        if (model.Training is not { } training)
        {
            if (map.Entries.Any(entry => !IsDefault(map, entry.Key))) // an effective scenario has the defaults written out
                ledger.Judge(map,
                    $"no effect: model `{model.Name}` is imported and trained only if its own entry has `training`; write it there, or leave it out");
            return;
        }

        ledger.Judge(map, null);
        foreach (string key in OfTraining.Where(key => !IsDefault(map, key)))
            ledger.Judge(map.Get(key), training.Epochs == 0 ? "no effect: with `epochs: 0` there is no training; give epochs, or leave it out"
                : key == "order" ? OrderEffect(model)
                : key == "distillation" ? model.Training.Distillation is null ? "no effect: no model starts from a trained one that could teach it" : null
                : Idle(key, training, scenario));
    }

    private static string? OrderEffect(ModelSpec model) => model.Variant is "standard" or "layerdrop"
        ? $"no effect: only the layershuffle variants draw orders, and this is `{model.Variant}`; change the variant, or leave it out" : null;

    private static string? Idle(string key, TrainingSpec training, Scenario scenario)
    {
        double? steps = scenario.Dataset?.Train is { } images
            ? Math.Ceiling(images * (1 - training.Validation) / ((double)training.BatchSize * training.Accumulation)) * training.Epochs : null;
        return key switch
        {
            "checkpoint_epochs" when training.CheckpointEpochs > training.Epochs =>
                $"no effect: training ends after {training.Epochs} epochs; lower it, or say 0",
            "checkpoint_steps" when training.CheckpointSteps > steps => $"no effect: training ends after {steps} steps; lower it, or say 0",
            "momentum" when training.Optimizer != "sgd" => "no effect: only `optimizer: sgd` has momentum; change the optimizer, or leave it out",
            "rand_augment_operations" or "rand_augment_magnitude" when training.Augmentation != "randaugment" =>
                "no effect: only `augmentation: randaugment` has operations; change the augmentation, or leave it out",
            "early_stopping" when training.EarlyStopping >= training.Epochs =>
                $"no effect: training ends after {training.Epochs} epochs; lower it, or leave it out",
            "faults" when training.Faults && TrainingConditions.Met(scenario) is null => scenario.Clock == ScenarioClock.Wall
                ? "no effect: the scenario has no fault that could strike; add `faults`, or leave it out"
                : "no effect: the scenario has no fault that could strike, and no link that loses messages; add some, or leave it out",
            _ => null,
        };
    }

    /// <summary>Settings of two models that are the same: they are trained from the same seeds, and give the same answers.</summary>
    private void SameModels(MapNode root, IReadOnlyList<ModelSpec> models)
    {
        Dictionary<ModelSpec, string> seen = [];
        foreach (ModelSpec model in models)
        {
            if (!seen.TryAdd(model with { Name = "" }, model.Name) && root.Map("models")?.Entry(model.Name) is { } entry)
                ledger.Judge(new ScalarNode(model.Name, true, entry.KeyLocation, "models." + model.Name),
                    $"the same as model `{seen[model with { Name = "" }]}`: "
                    + "both are trained from the same seeds and answer alike; change one, or leave it out");
        }
    }

    private static bool IsDefault(MapNode map, string key) =>
        map.Get(key) is ScalarNode scalar && ((MapType)((ChoiceType)LanguageSchema.Root.Key("model")!.Type).Map!) is var type &&
        (type.Key(key) ?? (type.Key("training")?.Type as MapType)?.Key(key))?.Default is { } text &&
        (text == scalar.Text || (Quantity.Probability(text, out double a) is null && Quantity.Probability(scalar.Text, out double b) is null && a == b) ||
        (Quantity.Number(text, out double c) is null && Quantity.Number(scalar.Text, out double d) is null && c == d));
}
