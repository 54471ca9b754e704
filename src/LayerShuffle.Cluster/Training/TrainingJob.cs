using LayerShuffle.Cluster.Trials;
using LayerShuffle.Network.Records;
using LayerShuffle.Network.Seeds;
using LayerShuffle.Vision;

namespace LayerShuffle.Cluster.Training;

/// <summary>One model to train.</summary>
/// <param name="Name">The model's name in the scenario.</param>
/// <param name="TrainingSeed">Index of the training seed.</param>
/// <param name="Model">The model with its starting weights; it is trained in place.</param>
/// <param name="Options">How.</param>
/// <param name="Data">Training images.</param>
/// <param name="Test">Test images for the accuracies of every epoch.</param>
/// <param name="Luck">Root of its draws: orders, batches, augmentation.</param>
/// <param name="CheckpointDirectory">Where checkpoints are kept between epochs, or null for none.</param>
public sealed record TrainingJob(
    string Name, int TrainingSeed, VisionTransformer Model, TrainingOptions Options, ITrainingData Data, ITestImages Test, SeedTree Luck, string? CheckpointDirectory)
{
    /// <summary>The hash of all that decides its weights: a checkpoint that was made under another key is none of this training.</summary>
    public string Key { get; init; } = "";

    /// <summary>Told of every epoch before its checkpoint is written, when <see cref="Model"/> holds its weights.</summary>
    public Action<TrainingRecord>? EpochTrained { get; init; }
}
