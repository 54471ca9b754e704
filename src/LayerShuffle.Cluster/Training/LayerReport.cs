using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Training;

/// <summary>What a layer adds to a micro-batch's loss: its position loss, and the gradient of the position embedding it was given.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="MicroBatch">Which micro-batch.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Position">Position in the route.</param>
/// <param name="PositionLoss">Position cross-entropy, unweighted; null where the variant has none.</param>
/// <param name="PositionGradient">Gradient <c>[32]</c> of the position's embedding; null where the variant has none. The receiver owns it.</param>
public sealed record LayerReport(int Step, int MicroBatch, int Attempt, int Position, double? PositionLoss, Tensor? PositionGradient) : ITensorMessage
{
    /// <inheritdoc/>
    public void Release() => PositionGradient?.Dispose();
}
