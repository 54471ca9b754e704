using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Links;

/// <summary>Where one link is in its trace: its own offset, and for Mahimahi's packets the opportunity that it used last.</summary>
/// <param name="trace">The trace.</param>
/// <param name="offset">Where in it the trial begins.</param>
internal sealed class TraceCursor(LinkTrace trace, Duration offset)
{
    private const double Rounding = 0.01; // of a byte
    private readonly TraceTable table = trace.Table;
    private readonly long length = trace.Repeat ? trace.Table.Length.Nanoseconds : 0; // of a round; 0: there is one
    private readonly bool isStuck = trace.Repeat && IsStuck(trace.Table, true);
    private readonly double bytesARound = trace.Table.IsPackets || !trace.Repeat ? 0 : RoundBytes(trace.Table);
    private long lastRound = -1; // the opportunity that was used last: its round, its point, and what left there
    private int lastPoint;
    private long left;

    /// <summary>Whether it says how fast the link is.</summary>
    public bool HasRates { get; } = trace.Table.IsPackets || trace.Table.Sets(point => point.BytesPerSecond is not null);

    /// <summary>Whether it says when packets may leave.</summary>
    public bool IsPackets => table.IsPackets;

    /// <summary>What holds at a time.</summary>
    /// <param name="now">The time.</param>
    /// <param name="until">Until when.</param>
    public TracePoint At(Instant now, out Instant until)
    {
        (long round, long at) = Local(now);
        int index = table.IndexAt(at);
        until = index + 1 < table.Points.Count ? Global(round, table.Points[index + 1].At.Nanoseconds) : length > 0 ? Global(round + 1, 0) : Instant.Never;
        return index < 0 ? default : table.Points[index];
    }

    /// <summary>What a point changes on its link.</summary>
    public static LinkPatch Patch(TracePoint point) => new()
    {
        Latency = point.Latency is { } latency ? DelayDistribution.Constant(latency) : null,
        Loss = point.Loss,
        Bandwidth = point.BytesPerSecond,
    };

    /// <summary>When the last byte of a message has left, with the rate that holds at each moment of its transmission.</summary>
    /// <param name="start">When its transmission may begin.</param>
    /// <param name="bytes">Its size, overhead included.</param>
    /// <param name="own">The link's own rate, for where the trace gives none; null: unlimited.</param>
    public Instant Transmit(Instant start, long bytes, double? own)
    {
        if (table.IsPackets)
            return Leave(start, bytes);
        if (isStuck)
            return Instant.Never;
        double rest = bytes;
        if (bytesARound > 0 && rest > bytesARound)
        {
            double rounds = Math.Floor(rest / bytesARound);
            rest -= rounds * bytesARound;
            start += new Duration((long)Math.Min(long.MaxValue / 2.0, rounds * length));
        }

        while (true)
        {
            if ((At(start, out Instant until).BytesPerSecond ?? own) is not { } rate)
                return start; // no limit now
            var needed = rate > 0 ? Duration.FromSeconds(rest / rate) : Instant.Never - start;
            if (start + needed <= until || until == Instant.Never)
                return start + needed;
            rest -= rate * (until - start).TotalSeconds;
            start = until;
            if (rest < Rounding)
                return start; // what times of whole nanoseconds leave does not wait for the next row, which may be a long pause
        }
    }

    /// <summary>
    /// Mahimahi: 1,500 bytes leave at each opportunity, of one message or of several that wait; an opportunity at which nothing waits is gone. A message has
    /// left when its last byte has.
    /// </summary>
    private Instant Leave(Instant start, long bytes)
    {
        (long round, long at) = Local(start);
        int point = table.IndexAt(at - 1) + 1; // the first at this time or later
        if ((round, point).CompareTo((lastRound, lastPoint)) <= 0)
            (round, point) = (lastRound, lastPoint); // what is left of it
        else
            left = 0;
        while (true)
        {
            long room = ((long)table.Points[point].Packets * TraceTable.PacketBytes) - left;
            if (bytes <= room)
            {
                (lastRound, lastPoint, left) = (round, point, left + bytes);
                return Global(round, table.Points[point].At.Nanoseconds);
            }

            bytes -= room;
            left = 0;
            if (++point == table.Points.Count)
                (round, point) = (round + 1, 0);
        }
    }

    /// <summary>The round and the time in it. The last of the packets leave at the end of a round, where the next begins.</summary>
    private (long Round, long At) Local(Instant now)
    {
        long at = now.Nanoseconds + offset.Nanoseconds;
        if (length == 0)
            return (0, at);
        (long round, long rest) = Math.DivRem(at, length);
        return IsPackets && rest == 0 && round > 0 ? (round - 1, length) : (round, rest);
    }

    private Instant Global(long round, long at) => new((round * length) + at - offset.Nanoseconds);

    /// <summary>Whether nothing ever passes, or nothing from the end on, where the trace comes to that.</summary>
    public static bool IsStuck(TraceTable table, bool repeats) => repeats && table.Length.Nanoseconds > 0
        ? table.Points.Take(table.Points.Count - 1).All(point => point.BytesPerSecond == 0) : table.Points is [.., { BytesPerSecond: 0 }];

    /// <summary>Bytes of a round where every point has a rate; else 0.</summary>
    private static double RoundBytes(TraceTable table)
    {
        double bytes = 0;
        for (int i = 1; i < table.Points.Count; i++)
        {
            if (table.Points[i - 1].BytesPerSecond is not { } rate)
                return 0;
            bytes += rate * (table.Points[i].At - table.Points[i - 1].At).TotalSeconds;
        }

        return bytes;
    }
}
