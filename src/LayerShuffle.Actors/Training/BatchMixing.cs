using LayerShuffle.Core.Seeds;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Training;

/// <summary>
/// Mixup (arXiv 1710.09412) and CutMix (arXiv 1905.04899) of a batch with its own reverse, one share for the whole batch, as timm's <c>mode='batch'</c> does
/// it.
/// </summary>
public static class BatchMixing
{
    /// <summary>Mixes a batch; null if none is asked for.</summary>
    /// <param name="pixels">[batch, channels, height, width].</param>
    /// <param name="labels">[batch], int64.</param>
    /// <param name="options">The alphas.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="luck">The batch's luck.</param>
    /// <returns>Images, and shares of classes [batch, classes]; both the caller's.</returns>
    public static (Tensor PixelValues, Tensor Labels)? Mix(Tensor pixels, Tensor labels, TrainingOptions options, int classes, SeedTree luck)
    {
        if (options.Mixup <= 0 && options.Cutmix <= 0)
            return null;
        RandomStream draws = luck.Stream();
        bool cut = options.Cutmix > 0 && (options.Mixup <= 0 || draws.NextDouble() < 0.5);
        double share = Beta(draws, cut ? options.Cutmix : options.Mixup);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        Tensor other = pixels.flip(0), mixed; // [batch, channels, height, width]
        if (cut)
        {
            (mixed, share) = Paste(pixels, other, share, draws);
        }
        else
        {
            using Scalar own = share.ToScalar(), rest = (1 - share).ToScalar();
            mixed = pixels.mul(own).add_(other, rest);
        }

        Tensor hard = nn.functional.one_hot(labels, classes).to(ScalarType.Float32); // [batch, classes]
        using Scalar first = share.ToScalar(), second = (1 - share).ToScalar();
        Tensor soft = hard.mul(first).add_(hard.flip(0), second);
        return (mixed.DetachFromDisposeScope(), soft.DetachFromDisposeScope());
    }

    /// <summary>Beta(α, α).</summary>
    internal static double Beta(RandomStream draws, double alpha)
    {
        double a = Gamma(draws, alpha), b = Gamma(draws, alpha);
        return a + b > 0 ? a / (a + b) : draws.NextDouble() < 0.5 ? 0 : 1; // both underflow where α is tiny: one of the ends
    }

    /// <summary>
    /// A rectangle of the others in each image; its middle is uniform and its sides are cut off at the border, so the share is what was kept.
    /// </summary>
    private static (Tensor Mixed, double Share) Paste(Tensor pixels, Tensor other, double share, RandomStream draws)
    {
        int height = (int)pixels.shape[2], width = (int)pixels.shape[3];
        double ratio = Math.Sqrt(1 - share);
        int tall = (int)(height * ratio), wide = (int)(width * ratio), y = draws.Next(height), x = draws.Next(width);
        int top = Math.Clamp(y - tall / 2, 0, height), bottom = Math.Clamp(y + tall / 2, 0, height);
        int left = Math.Clamp(x - wide / 2, 0, width), right = Math.Clamp(x + wide / 2, 0, width);
        Tensor mixed = pixels.clone();
        if (bottom > top && right > left)
            mixed.narrow(2, top, bottom - top).narrow(3, left, right - left).copy_(other.narrow(2, top, bottom - top).narrow(3, left, right - left));
        return (mixed, 1 - (double)(bottom - top) * (right - left) / ((double)height * width));
    }

    /// <summary>Gamma(α, 1) by Marsaglia and Tsang's method (2000).</summary>
    private static double Gamma(RandomStream draws, double alpha)
    {
        if (alpha < 1)
            return Gamma(draws, alpha + 1) * Math.Pow(1 - draws.NextDouble(), 1 / alpha);
        double d = alpha - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = draws.NextGaussian(), v = 1 + c * x;
            if (v <= 0)
                continue;
            v = v * v * v;
            if (Math.Log(1 - draws.NextDouble()) < 0.5 * x * x + d - d * v + d * Math.Log(v))
                return d * v;
        }
    }
}
