using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Distributions;

/// <summary>An empirical distribution: quantiles that were measured or asked for, linear between them. Two tables with the same points are equal.</summary>
public sealed class QuantileTable : IEquatable<QuantileTable>
{
    private readonly (double Share, Duration Value)[] points;

    private QuantileTable((double, Duration)[] points) => this.points = points;

    /// <summary>The points: shares rise from 0 to 1, values do not fall.</summary>
    public IReadOnlyList<(double Share, Duration Value)> Points => points;

    /// <summary>Mean of the distribution, in nanoseconds: of each piece it is the middle.</summary>
    public double MeanNanoseconds
    {
        get
        {
            double sum = 0;
            for (int i = 1; i < points.Length; i++)
                sum += (points[i].Share - points[i - 1].Share) * (points[i - 1].Value.Nanoseconds + (points[i].Value.Nanoseconds * 1.0)) / 2;
            return sum;
        }
    }

    /// <summary>Standard deviation in nanoseconds: the second moment of a piece from a to b is (a² + ab + b²) / 3.</summary>
    public double DeviationNanoseconds
    {
        get
        {
            double squares = 0, mean = MeanNanoseconds;
            for (int i = 1; i < points.Length; i++)
            {
                double a = points[i - 1].Value.Nanoseconds - mean, b = points[i].Value.Nanoseconds - mean;
                squares += (points[i].Share - points[i - 1].Share) * ((a * a) + (a * b) + (b * b)) / 3;
            }

            return Math.Sqrt(squares);
        }
    }

    /// <summary>A table of given quantiles.</summary>
    /// <param name="points">At least two; the first share is 0, the last 1; shares rise, values do not fall.</param>
    /// <exception cref="ArgumentException">They are not that.</exception>
    public static QuantileTable Of(IReadOnlyList<(double Share, Duration Value)> points)
    {
        if (Problem(points) is { } problem)
            throw new ArgumentException(problem, nameof(points));
        return new([.. points]);
    }

    /// <summary>What is wrong with some points, in words; null: nothing.</summary>
    public static string? Problem(IReadOnlyList<(double Share, Duration Value)> points)
    {
        if (points.Count < 2 || points[0].Share != 0 || points[^1].Share != 1)
            return "quantiles run from 0% to 100%";
        for (int i = 1; i < points.Count; i++)
        {
            if (!(points[i].Share > points[i - 1].Share))
                return "the shares of quantiles rise from one to the next";
            if (points[i].Value < points[i - 1].Value)
                return "the values of quantiles do not fall from one to the next";
        }

        return null;
    }

    /// <summary>The table of a sample: its order statistics at equal steps (Hyndman and Fan's type 7), so that what was measured is what is drawn.</summary>
    /// <param name="sample">In any order; at least one.</param>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public static QuantileTable OfSample(IEnumerable<Duration> sample)
    {
        Duration[] sorted = [.. sample.Order()];
        if (sorted.Length == 0)
            throw new ArgumentException("A sample without a value has no quantiles.", nameof(sample));
        return sorted.Length == 1 ? new([(0, sorted[0]), (1, sorted[0])])
            : new([.. sorted.Select((value, i) => (i == sorted.Length - 1 ? 1 : i / (sorted.Length - 1.0), value))]);
    }

    /// <summary>The quantile at a share, in nanoseconds.</summary>
    public double At(double share)
    {
        int low = 0, high = points.Length - 1;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (points[middle].Share <= share)
                low = middle;
            else
                high = middle;
        }

        (double from, Duration a) = points[low];
        (double to, Duration b) = points[high];
        return a.Nanoseconds + ((b.Nanoseconds - a.Nanoseconds) * Math.Clamp((share - from) / (to - from), 0, 1));
    }

    /// <inheritdoc/>
    public bool Equals(QuantileTable? other) => other is not null && points.AsSpan().SequenceEqual(other.points);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as QuantileTable);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(points.Length, points[0], points[^1], points[points.Length / 2]);
}
