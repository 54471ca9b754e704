using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace LayerShuffle.Vision.Training;

/// <summary>
/// The losses. That of an order of k layers is class + Σ_i position_i · (weight / k): each layer can add its own summand where it is hosted,
/// and gradients through a model cut at every layer are those of the uncut one.
/// </summary>
public static class VitLoss
{
    /// <summary>Mean cross-entropy of the classes.</summary>
    /// <param name="logits">[batch, classes].</param>
    /// <param name="labels">[batch], int64.</param>
    /// <param name="labelSmoothing">Share of the target spread evenly over all classes.</param>
    /// <returns>A scalar; the caller disposes it.</returns>
    public static Tensor ClassLoss(Tensor logits, Tensor labels, double labelSmoothing = 0) =>
        F.cross_entropy(logits, labels, label_smoothing: labelSmoothing);

    /// <summary>Mean cross-entropy over the batch of what one layer predicted about its position.</summary>
    /// <param name="logits">[batch, L].</param>
    /// <param name="position">Where the layer ran.</param>
    /// <returns>A scalar; the caller disposes it.</returns>
    public static Tensor PositionLoss(Tensor logits, int position)
    {
        using Scalar index = position.ToScalar();
        using Tensor targets = full(logits.shape[0], index, dtype: int64, device: logits.device); // [b]
        return F.cross_entropy(logits, targets);
    }

    /// <summary>A position's summand in the total loss: its <see cref="PositionLoss"/> · (weight / executed).</summary>
    /// <param name="logits">[batch, L].</param>
    /// <param name="position">Where the layer ran.</param>
    /// <param name="weight">The weight of the position loss.</param>
    /// <param name="executed">k, the number of executed layers.</param>
    /// <returns>A scalar; the caller disposes it.</returns>
    public static Tensor PositionTerm(Tensor logits, int position, double weight, int executed)
    {
        using Tensor loss = PositionLoss(logits, position);
        using Scalar share = (weight / executed).ToScalar();
        return loss.mul(share);
    }

    /// <summary>The total loss of a forward pass.</summary>
    /// <param name="output">What the model gave.</param>
    /// <param name="labels">[batch], int64.</param>
    /// <param name="config">The model's shape, with the weight of the position loss.</param>
    /// <param name="labelSmoothing">Share of the class target spread evenly.</param>
    /// <returns>A scalar; the caller disposes it.</returns>
    public static Tensor Total(VitOutput output, Tensor labels, VitConfig config, double labelSmoothing = 0)
    {
        using var scope = NewDisposeScope();
        Tensor total = ClassLoss(output.Logits, labels, labelSmoothing);
        IReadOnlyList<Tensor> positions = output.PositionLogits ?? [];
        for (int i = 0; i < positions.Count; i++)
            total = total.add(PositionTerm(positions[i], i, config.PositionLossWeight, positions.Count), HeldScalars.One);
        return total.MoveToOuterDisposeScope();
    }
}
