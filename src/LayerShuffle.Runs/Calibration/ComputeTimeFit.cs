using System.Globalization;

namespace LayerShuffle.Runs.Calibration;

/// <summary>How long a layer took for so many images, each time that it was measured.</summary>
/// <param name="Images">Images of the request.</param>
/// <param name="Seconds">Times, in seconds.</param>
public sealed record MeasuredSize(int Images, IReadOnlyList<double> Seconds)
{
    /// <summary>The middle one: one in which the machine did something else does not move it.</summary>
    public double Median => Quantile(0.5);

    /// <summary>A quantile, by linear interpolation.</summary>
    public double Quantile(double share)
    {
        double[] ascending = [.. Seconds.Order()];
        double place = share * (ascending.Length - 1);
        int below = (int)place;
        return below + 1 < ascending.Length ? ascending[below] + ((place - below) * (ascending[below + 1] - ascending[below])) : ascending[below];
    }
}

/// <summary>
/// The straight line through medians of measured times, as <c>cluster.compute_time</c> has it: a base, and a part for every image. Each size counts by its
/// relative error (a weight of one over its median squared), so that large requests do not decide alone what a small one takes; neither part is negative.
/// </summary>
/// <param name="Base">Seconds of every request.</param>
/// <param name="PerImage">Seconds more for every image.</param>
/// <param name="Error">The greatest relative difference between a median and the line.</param>
public sealed record ComputeTimeFit(double Base, double PerImage, double Error)
{
    /// <summary>Fits the line.</summary>
    /// <param name="sizes">What was measured, at least one size.</param>
    public static ComputeTimeFit Of(IReadOnlyList<MeasuredSize> sizes)
    {
        double w = 0, x = 0, y = 0, xx = 0, xy = 0;
        foreach (MeasuredSize size in sizes)
        {
            double weight = 1 / (size.Median * size.Median);
            (w, x, y) = (w + weight, x + (weight * size.Images), y + (weight * size.Median));
            (xx, xy) = (xx + (weight * size.Images * size.Images), xy + (weight * size.Images * size.Median));
        }

        double determinant = (w * xx) - (x * x);
        double slope = sizes.Count > 1 ? ((w * xy) - (x * y)) / determinant : y / x;
        double start = sizes.Count > 1 ? ((xx * y) - (x * xy)) / determinant : 0;
        if (start < 0)
            (start, slope) = (0, xy / xx);
        else if (slope < 0)
            (start, slope) = (y / w, 0);
        return new ComputeTimeFit(start, slope, sizes.Max(size => Math.Abs(start + (slope * size.Images) - size.Median) / size.Median));
    }

    /// <summary>As a scenario has it.</summary>
    public string Yaml => $"{{base: {Duration(Base)}, per_image: {Duration(PerImage)}}}";

    /// <summary>A duration with four digits.</summary>
    public static string Duration(double seconds)
    {
        double microseconds = seconds * 1e6;
        int decimals = microseconds <= 0 ? 0 : Math.Clamp(3 - (int)Math.Floor(Math.Log10(microseconds)), 0, 3);
        return Math.Round(microseconds, decimals).ToString(CultureInfo.InvariantCulture) + "us";
    }
}
