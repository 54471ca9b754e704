using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Models: the shared settings with each entry merged over them.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="warnings">Where warnings go.</param>
/// <param name="folder">The folder that paths are relative to.</param>
internal sealed class ModelBinder(MistakeList mistakes, MistakeList warnings, string folder)
{
    private readonly HashSet<string> unknownSizes = [];
    private readonly OrderBinder orders = new(mistakes, folder);
    private DatasetImages images = new(null, false);

    /// <summary>Whether the network alone is simulated.</summary>
    public static bool IsNetworkOnly(MapNode root) => root.Get("model") is ScalarNode { Text: "none" }
        || Read.Text(root.Map("model"), "architecture") == "none";

    /// <summary>Models whose config.json could not be read, so that nothing can be said of their layers.</summary>
    public bool HasKnownSizes(ModelSpec model) => !unknownSizes.Contains(model.Name);

    public IReadOnlyList<ModelSpec> Bind(MapNode root)
    {
        bool networkOnly = IsNetworkOnly(root);
        MapNode shared = root.Map("model") ?? new MapNode([], root.Location, "model");
        List<(string Name, MapNode? Entry)> entries = [.. (root.Map("models")?.Entries ?? []).Where(entry => !entry.Value.IsNull)
            .Select(entry => (entry.Key, entry.Value as MapNode))];
        if (entries.Count == 0)
            entries.Add((networkOnly ? "none" : "default", null));
        images = DatasetImages.Of(root);
        List<ModelSpec> models = [];
        foreach ((string name, MapNode? entry) in entries)
            models.Add(One(name, entry, entry is null ? shared : MergePatch.ApplyMap(shared, entry), shared, networkOnly));
        if (!networkOnly)
            models = new OriginBinder(mistakes, warnings, shared,
                entries.DistinctBy(entry => entry.Name).ToDictionary(entry => entry.Name, entry => entry.Entry), unknownSizes).Bind(models);
        new ModelChecker(mistakes).Check(root, models, networkOnly);
        return models;
    }

    private ModelSpec One(string name, MapNode? entry, MapNode merged, MapNode shared, bool networkOnly)
    {
        string? checkpoint = networkOnly ? null : Read.Text(entry, "checkpoint");
        ModelSpec model = new()
        {
            Name = name,
            IsNetworkOnly = networkOnly,
            Config = Config(merged),
            InitFrom = networkOnly ? null : Read.Text(entry, "init_from"),
            Checkpoint = checkpoint is null ? null : ScenarioPath.Resolve(folder, checkpoint),
            Training = networkOnly || (checkpoint is not null && entry!.Get("training") is null) ? null
                : Training(merged.Map("training")),
        };
        if (model is { InitFrom: null, Checkpoint: null, Training: { } alone })
            model = model with { Training = alone with { Distillation = null } }; // nobody teaches it
        return model.Checkpoint is null ? model : Imported(model, entry!, shared);
    }

    private static VitConfig Config(MapNode merged)
    {
        VitConfig standard = new();
        return standard with
        {
            Architecture = Read.Word(merged, "architecture", "vit") == "deit" ? ModelArchitecture.Deit : ModelArchitecture.Vit,
            Variant = ModelClassNames.ParseVariant(Read.Word(merged, "variant", "standard")) ?? standard.Variant,
            ImageSize = Positive(merged, "image_size", standard.ImageSize),
            PatchSize = Positive(merged, "patch_size", standard.PatchSize),
            HiddenSize = Positive(merged, "hidden_size", standard.HiddenSize),
            NumHiddenLayers = Positive(merged, "num_hidden_layers", standard.NumHiddenLayers),
            NumAttentionHeads = Positive(merged, "num_attention_heads", standard.NumAttentionHeads),
            IntermediateSize = Positive(merged, "intermediate_size", standard.IntermediateSize),
            LayerDrop = Read.Probability(merged, "layerdrop") ?? standard.LayerDrop,
            InitializerRange = Read.Number(merged, "initializer_range", standard.InitializerRange),
            PositionLossWeight = Read.Number(merged, "position_loss_weight", standard.PositionLossWeight),
        };
    }

    private ModelSpec Imported(ModelSpec model, MapNode entry, MapNode shared)
    {
        ModelSpec? configured = new CheckpointConfig(mistakes, warnings, images).Apply(model, entry, shared);
        if (configured is null)
            unknownSizes.Add(model.Name);
        return configured ?? model;
    }

    private static int Positive(MapNode map, string key, int otherwise) => Math.Max(1, Read.Integer(map, key, otherwise));

    private TrainingSpec Training(MapNode? map)
    {
        TrainingSpec standard = new();
        return new TrainingSpec
        {
            Epochs = Read.Integer(map, "epochs", standard.Epochs),
            BatchSize = Read.Integer(map, "batch_size", standard.BatchSize),
            LearningRate = Read.Number(map, "learning_rate", standard.LearningRate),
            Optimizer = Read.Word(map, "optimizer", standard.Optimizer),
            Momentum = Read.Number(map, "momentum", standard.Momentum),
            WeightDecay = Read.Number(map, "weight_decay", standard.WeightDecay),
            WarmupRatio = Read.Probability(map, "warmup_ratio") ?? standard.WarmupRatio,
            LrSchedulerType = Read.Word(map, "lr_scheduler_type", standard.LrSchedulerType),
            MaxGradNorm = Read.Number(map, "max_grad_norm", standard.MaxGradNorm),
            LabelSmoothing = Read.Probability(map, "label_smoothing") ?? standard.LabelSmoothing,
            Augmentation = Read.Word(map, "augmentation", standard.Augmentation),
            RandAugmentOperations = Read.Integer(map, "rand_augment_operations", standard.RandAugmentOperations),
            RandAugmentMagnitude = Read.Integer(map, "rand_augment_magnitude", standard.RandAugmentMagnitude),
            RandomErasing = Read.Probability(map, "random_erasing") ?? standard.RandomErasing,
            Mixup = Read.Number(map, "mixup", standard.Mixup),
            Cutmix = Read.Number(map, "cutmix", standard.Cutmix),
            Distillation = map?.Map("distillation") is { } taught
                ? new DistillationSpec(Read.Probability(taught, "weight") ?? 0.5, Read.Number(taught, "temperature", 1)) : null,
            Ema = Read.Number(map, "ema", standard.Ema),
            Validation = Read.Probability(map, "validation") ?? standard.Validation,
            EarlyStopping = Math.Max(0, Read.Integer(map, "early_stopping", standard.EarlyStopping)),
            Select = Read.Word(map, "select", standard.Select),
            TestEpochs = Math.Max(1, Read.Integer(map, "test_epochs", standard.TestEpochs)),
            Precision = Read.Word(map, "precision", standard.Precision),
            Seeds = Math.Max(1, Read.Integer(map, "seeds", standard.Seeds)),
            Order = orders.Bind(map?.Map("order")),
            MicroBatches = Math.Max(1, Read.Integer(map, "micro_batches", standard.MicroBatches)),
            Accumulation = Math.Max(1, Read.Integer(map, "accumulation", standard.Accumulation)),
            CheckpointEpochs = Read.Integer(map, "checkpoint_epochs", standard.CheckpointEpochs),
            CheckpointSteps = Read.Integer(map, "checkpoint_steps", standard.CheckpointSteps),
            Faults = Read.Boolean(map, "faults") ?? standard.Faults,
        };
    }
}
