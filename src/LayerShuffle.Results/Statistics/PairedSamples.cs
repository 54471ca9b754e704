namespace LayerShuffle.Results.Statistics;

/// <summary>What two samples differ by that were taken in pairs: under the same luck, of the same requests.</summary>
public static class PairedSamples
{
    /// <summary>The mean of second less first, with Student's t interval over the pairs; no ends for fewer than two, no mean for none.</summary>
    /// <param name="pairs">The pairs.</param>
    public static (double? Mean, Interval Ci) Difference(IReadOnlyList<(double First, double Second)> pairs)
    {
        double[] differences = [.. pairs.Select(pair => pair.Second - pair.First)];
        return (differences.Length > 0 ? differences.Average() : null, Intervals.Mean(differences));
    }
}
