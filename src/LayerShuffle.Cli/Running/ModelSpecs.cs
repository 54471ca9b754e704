using LayerShuffle.Cluster.Training;
using LayerShuffle.Datasets;
using LayerShuffle.Scenarios;
using LayerShuffle.Vision;

namespace LayerShuffle.Cli.Running;

/// <summary>Translates a scenario's words into the types of the parts.</summary>
internal static class ModelSpecs
{
    public static VitConfig Config(ModelSpec spec, IReadOnlyList<string> classes) => new()
    {
        Architecture = spec.Architecture == "deit" ? ModelArchitecture.Deit : ModelArchitecture.Vit,
        Variant = Variant(spec.Variant),
        ImageSize = spec.ImageSize,
        PatchSize = spec.PatchSize,
        HiddenSize = spec.HiddenSize,
        NumHiddenLayers = spec.NumHiddenLayers,
        NumAttentionHeads = spec.NumAttentionHeads,
        IntermediateSize = spec.IntermediateSize,
        NumLabels = classes.Count,
        Id2Label = classes,
        LayerDrop = spec.LayerDrop,
        InitializerRange = spec.InitializerRange,
        PositionLossWeight = spec.PositionLossWeight,
    };

    public static ModelVariant Variant(string name) => name switch
    {
        "standard" => ModelVariant.Standard,
        "layerdrop" => ModelVariant.LayerDrop,
        "layershuffle" => ModelVariant.LayerShuffle,
        "layershuffle-position" => ModelVariant.LayerShufflePosition,
        "layershuffle-predict" => ModelVariant.LayerShufflePredict,
        _ => throw new UsageException($"`{name}` is not a model variant."),
    };

    public static TrainingOptions Options(TrainingSpec spec) => new()
    {
        Epochs = spec.Epochs,
        BatchSize = spec.BatchSize,
        LearningRate = spec.LearningRate,
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
        CheckpointEpochs = spec.CheckpointEpochs,
        CheckpointSteps = spec.CheckpointSteps,
    };

    public static DatasetOptions Dataset(DatasetSpec spec, int imageSize) => new()
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
        ImageSize = imageSize,
    };
}
