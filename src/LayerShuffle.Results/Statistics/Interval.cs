namespace LayerShuffle.Results.Statistics;

/// <summary>A 95% confidence interval. An end is null where the sample does not bound it.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="Count">Independent units that it rests on: requests or trials.</param>
public readonly record struct Interval(double? Low, double? High, long Count)
{
    /// <summary>Half of the interval's width; null where an end is missing.</summary>
    public double? HalfWidth => (High - Low) / 2;

    /// <summary>Whether a value lies within; a missing end bounds nothing.</summary>
    public bool Contains(double value) => !(value < Low) && !(value > High);
}
