using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Training;

/// <summary>The gradient of the first layer's input reaches the coordinator.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="MicroBatch">Which micro-batch.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Gradient">Gradient of the token embeddings <c>[batch, tokens, hidden]</c>; the receiver owns it.</param>
public sealed record BackwardDone(int Step, int MicroBatch, int Attempt, Tensor Gradient) : ITensorMessage
{
    /// <inheritdoc/>
    public void Release() => Gradient.Dispose();
}
