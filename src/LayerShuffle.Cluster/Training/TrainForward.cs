using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Training;

/// <summary>To a layer: run forward in training mode, keep the graph, send the output on along the route.</summary>
/// <param name="Step">The optimizer step it belongs to.</param>
/// <param name="MicroBatch">Which micro-batch of the step.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Route">Layer ids in order.</param>
/// <param name="Position">Index of this layer in the route.</param>
/// <param name="Activation">Input <c>[batch, tokens, hidden]</c>; the receiver owns it.</param>
/// <param name="PositionEmbeddings">Layer-position embeddings <c>[L, 32]</c> for the variant that is told its position; the receiver owns them.</param>
/// <param name="Share">This micro-batch's share of the batch: what losses are scaled by.</param>
public sealed record TrainForward(
    int Step, int MicroBatch, int Attempt, int[] Route, int Position, Tensor Activation, Tensor? PositionEmbeddings, double Share) : ITensorMessage
{
    /// <inheritdoc/>
    public void Release()
    {
        Activation.Dispose();
        PositionEmbeddings?.Dispose();
    }
}
