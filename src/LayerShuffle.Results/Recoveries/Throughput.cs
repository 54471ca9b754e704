using LayerShuffle.Core.Time;

namespace LayerShuffle.Results.Recoveries;

/// <summary>What gets done over time, and from when on it is as much again as it was before something happened.</summary>
/// <param name="done">When something was done, ascending, and how much.</param>
/// <param name="from">When measuring begins: what was done before does not count.</param>
public sealed class Throughput(IReadOnlyList<(Instant At, int Amount)> done, Instant from)
{
    /// <summary>The throughput before is the mean over this time at most.</summary>
    public static readonly Duration Before = Duration.FromSeconds(5);

    /// <summary>It is back where it is reached over this time.</summary>
    public static readonly Duration Window = Duration.FromSeconds(1);

    /// <summary>The share of the throughput before that must be reached.</summary>
    public const double Share = 0.95;

    private readonly long[] sums = Sums(done);

    /// <summary>
    /// The first instant, not before a disturbance, from which on the throughput over the next second is at least 95% of its mean over the five seconds before
    /// the disturbance, or since measuring began; null where there was none before, or it is not reached.
    /// </summary>
    public Instant? Back(Instant disturbed)
    {
        Instant since = Instant.Max(from, new Instant(Math.Max(0, disturbed.Nanoseconds - Before.Nanoseconds)));
        if (since >= disturbed || done.Count == 0)
            return null;
        double before = Amount(since, disturbed) / (disturbed - since).TotalSeconds;
        if (before == 0)
            return null;
        double needed = (Share * before * Window.TotalSeconds) - 1e-9;
        if (disturbed + Window <= done[^1].At && Amount(disturbed, disturbed + Window) >= needed)
            return disturbed;
        for (int i = UpTo(disturbed + Window); i < done.Count; i++)
        {
            var begin = new Instant(done[i].At.Nanoseconds - Window.Nanoseconds);
            if (Amount(begin, done[i].At) >= needed)
                return begin;
        }

        return null;
    }

    /// <summary>What was done after one instant and up to another.</summary>
    private long Amount(Instant after, Instant upTo) => sums[UpTo(upTo)] - sums[UpTo(after)];

    /// <summary>How many were done up to an instant, that one included.</summary>
    private int UpTo(Instant at)
    {
        (int low, int high) = (0, done.Count);
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (done[middle].At <= at)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static long[] Sums(IReadOnlyList<(Instant At, int Amount)> done)
    {
        var sums = new long[done.Count + 1];
        for (int i = 0; i < done.Count; i++)
            sums[i + 1] = sums[i] + done[i].Amount;
        return sums;
    }
}
