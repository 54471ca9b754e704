using static TorchSharp.torch;

namespace LayerShuffle.Vision.Model;

/// <summary>What a forward pass gives; disposing it disposes its tensors.</summary>
/// <param name="Logits">[batch, classes].</param>
/// <param name="HiddenStates">If asked for: the activation before the first layer and after each position, [batch, tokens, hidden] each.</param>
/// <param name="PositionLogits">LayerShuffle-predict: each position's logits over positions, [batch, L] each.</param>
public sealed record VitOutput(Tensor Logits, IReadOnlyList<Tensor>? HiddenStates, IReadOnlyList<Tensor>? PositionLogits) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Logits.Dispose();
        foreach (Tensor tensor in (HiddenStates ?? []).Concat(PositionLogits ?? []))
            tensor.Dispose();
    }
}
