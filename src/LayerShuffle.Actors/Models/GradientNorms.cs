using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace LayerShuffle.Actors.Models;

/// <summary>
/// How much each layer's weights matter to the loss: the squared norm of the loss' gradient by them, as CheckFree (arXiv 2506.15461) weighs a lost stage's
/// neighbours by. In a trial nothing is trained, so it is that of the first test images, in ascending order of the layers.
/// </summary>
public static class GradientNorms
{
    /// <summary>How many images it is computed on, at most.</summary>
    public const int Images = 64;

    /// <summary>The squared norm for each layer. The model's gradients are none before and after.</summary>
    public static IReadOnlyList<double> Squared(VisionTransformer model, ITestImages images)
    {
        int[] first = [.. Enumerable.Range(0, Math.Min(Images, images.Count))];
        using DisposeScope scope = NewDisposeScope();
        using (enable_grad())
        {
            Tensor logits = model.Forward(images.PixelValues(first).to(model.Device), [.. Enumerable.Range(0, model.Layers.Count)]).Logits; // [b, classes]
            F.cross_entropy(logits, images.Labels(first).to(model.Device)).backward();
        }

        double[] norms = [.. model.Layers.Select(layer => layer.Gradients().Values.OfType<Tensor>().Sum(gradient => gradient.square().sum().item<float>()))];
        model.zero_grad();
        return norms;
    }
}
