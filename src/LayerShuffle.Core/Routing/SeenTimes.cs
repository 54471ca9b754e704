using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Routing;

/// <summary>How long the last acknowledgements of one endpoint took, as one sender saw them: at most <see cref="Most"/> of them.</summary>
public sealed class SeenTimes
{
    /// <summary>How many are remembered.</summary>
    public const int Most = 1000;

    private const int Least = 10;
    private readonly Queue<long> order = new();
    private readonly List<long> sorted = [];

    /// <summary>How many must have been seen before a quantile is worth something: one of them is expected beyond it, and there are at least ten.</summary>
    public static int Enough(double quantile) => Math.Clamp((int)Math.Ceiling(Math.Round(1 / (1 - quantile), 6)), Least, Most);

    /// <summary>An acknowledgement came.</summary>
    /// <param name="took">How long after its hop was sent.</param>
    public void Add(Duration took)
    {
        if (order.Count == Most)
            sorted.RemoveAt(sorted.BinarySearch(order.Dequeue()));
        order.Enqueue(took.Nanoseconds);
        int at = sorted.BinarySearch(took.Nanoseconds);
        sorted.Insert(at < 0 ? ~at : at, took.Nanoseconds);
    }

    /// <summary>A quantile, linear between the times that were seen; null while there are not enough.</summary>
    public Duration? Quantile(double quantile)
    {
        if (sorted.Count < Enough(quantile))
            return null;
        double at = quantile * (sorted.Count - 1);
        int below = (int)at;
        long low = sorted[below], high = sorted[Math.Min(below + 1, sorted.Count - 1)];
        return new Duration(low + (long)Math.Round((at - below) * (high - low)));
    }
}
