using static TorchSharp.torch;

namespace LayerShuffle.Vision.Inference;

/// <summary>What one forward pass tells about the model and its layers (k executed layers, b images); disposing it disposes its tensors.</summary>
/// <param name="Logits">[b, classes].</param>
/// <param name="ClsStates">The class token before the first layer and after each position, before the final norm: [k+1, b, hidden].</param>
/// <param name="ClsDeltaNorm">How far each position moved the class token: [k, b].</param>
/// <param name="PositionLogits">LayerShuffle-predict: each position's logits over positions, position-major, [k·b, L]. Null for the other variants.</param>
public sealed record PredictOutput(Tensor Logits, Tensor ClsStates, Tensor ClsDeltaNorm, Tensor? PositionLogits) : IDisposable
{
    /// <summary>The tensors under the names that <c>predict</c> writes.</summary>
    public IReadOnlyDictionary<string, Tensor> ToDictionary()
    {
        var tensors = new OrderedDictionary<string, Tensor> { ["logits"] = Logits, ["cls_states"] = ClsStates, ["cls_delta_norm"] = ClsDeltaNorm };
        if (PositionLogits is not null)
            tensors.Add("position_logits", PositionLogits);
        return tensors;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Logits.Dispose();
        ClsStates.Dispose();
        ClsDeltaNorm.Dispose();
        PositionLogits?.Dispose();
    }
}
