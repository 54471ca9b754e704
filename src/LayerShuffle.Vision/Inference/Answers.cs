using static TorchSharp.torch;

namespace LayerShuffle.Vision.Inference;

/// <summary>Tells answers that a model gave from what arithmetic left when it broke down.</summary>
public static class Answers
{
    /// <summary>Whether all logits of an image are finite: NaN and infinity are no answer, whatever class they would be.</summary>
    /// <param name="logits">[batch, classes].</param>
    /// <returns>[batch], true or false.</returns>
    public static Tensor Finite(Tensor logits) => logits.isfinite().all(1);
}
