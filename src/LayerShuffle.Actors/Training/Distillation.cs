using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Training;

/// <summary>
/// What a teacher says of images, as targets: its layers run in ascending order, whatever order the model that learns runs in (Hinton et al.,
/// arXiv 1503.02531). With shares of classes as labels, the cross-entropy has the same gradient as the mean of that to the labels and the Kullback–Leibler
/// divergence from the teacher.
/// </summary>
/// <param name="Teacher">The teacher; it is not changed.</param>
/// <param name="Weight">Share of the targets that the teacher gives.</param>
/// <param name="Temperature">Its logits are divided by it.</param>
public sealed record Distillation(VisionTransformer Teacher, double Weight, double Temperature)
{
    /// <summary>Targets of images.</summary>
    /// <param name="pixels">[batch, channels, height, width].</param>
    /// <param name="labels">[batch], int64, or shares of classes [batch, classes].</param>
    /// <returns>Shares of classes, [batch, classes]; the caller's.</returns>
    public Tensor Targets(Tensor pixels, Tensor labels)
    {
        using IDisposable grad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using Scalar cool = Temperature.ToScalar(), taught = Weight.ToScalar(), given = (1 - Weight).ToScalar();
        int[] ascending = [.. Enumerable.Range(0, Teacher.Config.NumHiddenLayers)];
        VitOutput said = Teacher.Forward(pixels, ascending);
        Tensor shares = said.Logits.div(cool).softmax(1);                                                    // [batch, classes]
        Tensor hard = labels.dim() > 1 ? labels : nn.functional.one_hot(labels, shares.shape[1]).to(float32); // [batch, classes]
        return shares.mul(taught).add_(hard, given).DetachFromDisposeScope();
    }
}
