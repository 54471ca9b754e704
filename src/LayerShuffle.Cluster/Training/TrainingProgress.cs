using LayerShuffle.Network.Records;

namespace LayerShuffle.Cluster.Training;

/// <summary>How far a training has come: what a checkpoint holds beside weights and optimizer state.</summary>
/// <param name="Records">Epochs that are complete.</param>
/// <param name="EpochSteps">Steps done of the epoch after them, 0 at its beginning.</param>
/// <param name="Loss">Sum of the total losses of those steps.</param>
/// <param name="ClassLoss">Sum of their classification losses.</param>
/// <param name="PositionLoss">Sum of their position losses.</param>
/// <param name="LearningRate">Learning rate of the last of them.</param>
public sealed record TrainingProgress(
    IReadOnlyList<TrainingRecord> Records, int EpochSteps = 0, double Loss = 0, double ClassLoss = 0, double PositionLoss = 0, double LearningRate = 0)
{
    /// <summary>Nothing done yet.</summary>
    public static TrainingProgress None { get; } = new([]);
}
