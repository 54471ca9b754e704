using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Training;

/// <summary>A layer's piece of a micro-batch's graph, between forward and backward.</summary>
/// <param name="Input">Its leaf <c>[batch, tokens, hidden]</c>.</param>
/// <param name="Position">The position's embedding <c>[32]</c>, a leaf, or null.</param>
/// <param name="Output">Its end <c>[batch, tokens, hidden]</c>.</param>
/// <param name="PositionLoss">The position loss, a scalar, or null.</param>
/// <param name="PositionLossWeight">What that loss counts.</param>
internal sealed record LayerGraph(Tensor Input, Tensor? Position, Tensor Output, Tensor? PositionLoss, double PositionLossWeight) : IDisposable
{
    public void Dispose()
    {
        Input.Dispose();
        Position?.Dispose();
        Output.Dispose();
        PositionLoss?.Dispose();
    }
}
