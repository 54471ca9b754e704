namespace LayerShuffle.Results.Statistics;

/// <summary>Sample quantiles as numpy computes them by default.</summary>
public static class Quantiles
{
    /// <summary>
    /// The quantile by linear interpolation between the two nearest of the ascending values (numpy's <c>linear</c>, Hyndman and Fan's type 7).
    /// </summary>
    /// <param name="ascending">The sample in ascending order, at least one value.</param>
    /// <param name="probability">Between 0 and 1.</param>
    public static double Linear(ReadOnlySpan<double> ascending, double probability)
    {
        if (ascending.IsEmpty)
            throw new ArgumentException("A quantile needs at least one value.", nameof(ascending));
        ArgumentOutOfRangeException.ThrowIfNegative(probability);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(probability, 1);

        var index = (ascending.Length - 1) * probability;
        var below = (int)Math.Floor(index);
        if (below >= ascending.Length - 1)
            return ascending[^1];
        var share = index - below;
        var (low, high) = (ascending[below], ascending[below + 1]);
        // numpy interpolates from the nearer end, so that the last bit agrees too.
        return share >= 0.5 ? high - (high - low) * (1 - share) : low + (high - low) * share;
    }
}
