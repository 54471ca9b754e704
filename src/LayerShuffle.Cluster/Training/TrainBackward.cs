using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Training;

/// <summary>To a layer: run backward from the gradient of its output, send the gradient of its input back along the route.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="MicroBatch">Which micro-batch.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Route">Layer ids in order.</param>
/// <param name="Position">Index of this layer in the route.</param>
/// <param name="Gradient">Gradient of its output <c>[batch, tokens, hidden]</c>; the receiver owns it.</param>
public sealed record TrainBackward(int Step, int MicroBatch, int Attempt, int[] Route, int Position, Tensor Gradient) : ITensorMessage
{
    /// <inheritdoc/>
    public void Release() => Gradient.Dispose();
}
