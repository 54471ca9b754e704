namespace LayerShuffle.Core.Records;

/// <summary>One epoch of training, as <c>training.csv</c> tells of it.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="TrainingSeed">Index of the training seed.</param>
/// <param name="Epoch">From 1.</param>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Loss">Mean total loss of the epoch.</param>
/// <param name="ClassLoss">Mean classification loss.</param>
/// <param name="PositionLoss">Mean position loss; null where the variant has none.</param>
/// <param name="LearningRate">Learning rate of the last step.</param>
/// <param name="Top1Sequential">Test accuracy in training order 0, 1, 2, …; null where it is not known any more.</param>
/// <param name="Top1Arbitrary">Test accuracy in random orders; null where it is not known any more.</param>
/// <param name="Top1Validation">Accuracy on the training images that are set aside; null where none are.</param>
public sealed record TrainingRecord(
    string Model, int TrainingSeed, int Epoch, int Step, double Loss, double ClassLoss, double? PositionLoss, double LearningRate, double? Top1Sequential,
        double? Top1Arbitrary, double? Top1Validation = null)
{
    /// <summary>Steps that were repeated, or went without a layer; null where that is not known.</summary>
    public int? StepsHit { get; init; }

    /// <summary>Layers that its steps went without; null where that is not known.</summary>
    public int? LayersSkipped { get; init; }

    /// <summary>Attempts at steps that failed; null where that is not known.</summary>
    public int? StepsRepeated { get; init; }
}
