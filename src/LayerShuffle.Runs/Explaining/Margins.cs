using LayerShuffle.Actors.Models;
using LayerShuffle.Vision.Inference;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Runs.Explaining;

/// <summary>
/// By how much the logit of the right class of each image exceeds the best of the others: more than 0 is a right answer. Computed in full precision.
/// </summary>
/// <param name="Images">Indexes of the images among the test images.</param>
/// <param name="AsItWas">After the layers that the request went through; null where that is not known.</param>
/// <param name="Undisturbed">After the layers and in the order that were planned.</param>
/// <param name="Order">That order.</param>
public sealed record Margins(IReadOnlyList<int> Images, IReadOnlyList<double>? AsItWas, IReadOnlyList<double> Undisturbed, IReadOnlyList<int> Order)
{
    private const int MostShown = 10;

    /// <summary>Computes them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">The test images.</param>
    /// <param name="indexes">Which of them.</param>
    /// <param name="order">The layers that the request went through; null where their answer is not known by that.</param>
    /// <param name="planned">The layers that were planned for it.</param>
    internal static Margins Of(VisionTransformer model, ITestImages images, int[] indexes, int[]? order, int[] planned)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor pixels = images.PixelValues(indexes), labels = images.Labels(indexes);
        return new Margins(indexes, order is null ? null : Of(model, pixels, labels, order), Of(model, pixels, labels, planned), planned);
    }

    /// <summary>The margins, told in lines.</summary>
    public IEnumerable<string> Lines()
    {
        string undisturbed = $"undisturbed (layers {string.Join(' ', Order)}): {Told(Undisturbed)}";
        if (AsItWas is null)
        {
            yield return $"Margins (logit of the right class less the best other) {undisturbed}.";
            yield break;
        }

        yield return $"Margins (logit of the right class less the best other) as it went: {Told(AsItWas)}; {undisturbed}.";
        int[] changed = [.. Enumerable.Range(0, Images.Count).Where(i => AsItWas[i] > 0 != Undisturbed[i] > 0)];
        foreach (int i in changed.Take(MostShown))
            yield return FormattableString.Invariant($"  test image {Images[i]}: {AsItWas[i]:0.00}, {Word(AsItWas[i])}; undisturbed {Undisturbed[i]:0.00}, ")
                + Word(Undisturbed[i]);
        if (changed.Length > MostShown)
            yield return FormattableString.Invariant($"  … and {changed.Length - MostShown} more answers that changed");
    }

    private static double[] Of(VisionTransformer model, Tensor pixels, Tensor labels, int[] order)
    {
        using PredictOutput output = Predictor.Run(model, pixels, order);
        float[] logits = [.. output.Logits.to(ScalarType.Float32).cpu().data<float>()];    // [batch · classes]
        long[] right = [.. labels.to(ScalarType.Int64).cpu().data<long>()];                // [batch]
        int classes = logits.Length / right.Length;
        return [.. right.Select((label, i) => logits[(i * classes) + (int)label]
            - (double)Enumerable.Range(0, classes).Where(other => other != label).Max(other => logits[(i * classes) + other]))];
    }

    private static string Told(IReadOnlyList<double> margins) => FormattableString.Invariant(
        $"{margins.Average():0.00} on average, least {margins.Min():0.00}, {margins.Count(margin => margin > 0)} of {margins.Count} right");

    private static string Word(double margin) => margin > 0 ? "right" : "wrong";
}
