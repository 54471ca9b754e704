using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Training;

/// <summary>The last layer's output reaches the coordinator.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="MicroBatch">Which micro-batch.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Route">Layer ids in order.</param>
/// <param name="Activation">Output <c>[batch, tokens, hidden]</c>; the receiver owns it.</param>
public sealed record ForwardDone(int Step, int MicroBatch, int Attempt, int[] Route, Tensor Activation) : ITensorMessage
{
    /// <inheritdoc/>
    public void Release() => Activation.Dispose();
}
