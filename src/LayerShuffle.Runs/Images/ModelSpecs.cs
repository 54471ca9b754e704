using LayerShuffle.Actors.Training;
using LayerShuffle.Datasets;
using LayerShuffle.Datasets.Loading;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;

namespace LayerShuffle.Runs.Images;

/// <summary>Translates a scenario's words into the types of the parts.</summary>
internal static class ModelSpecs
{
    /// <summary>The description of a model for so many classes.</summary>
    public static VitConfig Config(ModelSpec spec, IReadOnlyList<string> classes) => spec.Config with { NumLabels = classes.Count, Id2Label = classes };

    /// <summary>How a model's checkpoint is loaded: with a new head where training follows that needs one.</summary>
    public static ModelLoadOptions Loading(ModelSpec spec, IReadOnlyList<string>? classes, long seed, Action<string>? warn = null) => new()
    {
        Overrides = _ => spec.Config, // read from the same config.json, with the scenario's own settings of training
        AllowMissingVariantTensors = true,
        AllowNewHead = spec.Training is not null,
        Classes = classes,
        Seed = seed,
        Warn = warn,
    };

    public static TrainingOptions Options(TrainingSpec spec) => new()
    {
        Epochs = spec.Epochs,
        BatchSize = spec.BatchSize,
        LearningRate = spec.LearningRate,
        Optimizer = spec.Optimizer == "sgd" ? OptimizerKind.Sgd : OptimizerKind.AdamW,
        Momentum = spec.Momentum,
        WeightDecay = spec.WeightDecay,
        WarmupRatio = spec.WarmupRatio,
        Scheduler = spec.LrSchedulerType switch
        {
            "linear" => LrScheduler.Linear,
            "constant" => LrScheduler.Constant,
            _ => LrScheduler.Cosine,
        },
        MaxGradNorm = spec.MaxGradNorm,
        LabelSmoothing = spec.LabelSmoothing,
        MicroBatches = spec.MicroBatches,
        Accumulation = spec.Accumulation,
        Order = spec.Order,
        Precision = spec.Precision == "bf16" ? ComputePrecision.Bf16 : ComputePrecision.Fp32,
        Mixup = spec.Mixup,
        Cutmix = spec.Cutmix,
        Ema = spec.Ema,
        EarlyStopping = spec.EarlyStopping,
        KeepBest = spec.Select == "best",
        TestEpochs = spec.TestEpochs,
        CheckpointEpochs = spec.CheckpointEpochs,
        CheckpointSteps = spec.CheckpointSteps,
    };

    /// <summary>What is loaded of a dataset for a model.</summary>
    public static DatasetOptions Dataset(DatasetSpec spec, VitConfig config) => new()
    {
        Kind = spec.Kind switch
        {
            "shapes" => DatasetKind.Shapes,
            "cifar10" => DatasetKind.Cifar10,
            "cifar100" => DatasetKind.Cifar100,
            "mnist" => DatasetKind.Mnist,
            _ => DatasetKind.ImageFolder,
        },
        Path = spec.Path,
        Train = spec.Train,
        Test = spec.Test,
        ImageSize = config.ImageHeight,
        ImageWidth = config.ImageWidth,
    };
}
