using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Links;

/// <summary>Conditions of a link over time, as they were measured or made up.</summary>
/// <param name="Table">What holds from when on.</param>
/// <param name="Repeat">Whether it begins again at its end; else its last point holds for ever.</param>
/// <param name="Offset">Where in it a trial begins; null: drawn for each link.</param>
public sealed record LinkTrace(TraceTable Table, bool Repeat, Duration? Offset)
{
    /// <summary>No trace: what an exception says to be without the network's.</summary>
    public static LinkTrace None { get; } = new(TraceTable.Empty, false, Duration.Zero);

    /// <summary>Whether it is one at all.</summary>
    public bool IsNone => Table.Points.Count == 0;

    /// <summary>The conditions in its long run: of what it sets the mean over its time.</summary>
    /// <param name="own">The link's own conditions.</param>
    public LinkConditions Mean(LinkConditions own) => Table.Points.Count == 0 ? own : own.With(new LinkPatch
    {
        Latency = Table.Sets(point => point.Latency is not null)
            ? DelayDistribution.Constant(new((long)Math.Round(Over(point => (point.Latency ?? own.Latency.Mean).Nanoseconds)))) : null,
        Loss = Table.Sets(point => point.Loss is not null) ? Over(point => point.Loss ?? own.Loss) : null,
        Bandwidth = Rate(own),
    }) with
    { Trace = null };

    /// <summary>The conditions at their worst, each at its own time: what may be met.</summary>
    /// <param name="own">The link's own conditions.</param>
    public LinkConditions Worst(LinkConditions own) => Table.Points.Count == 0 ? own : own.With(new LinkPatch
    {
        Latency = Table.Sets(point => point.Latency is not null)
            ? DelayDistribution.Constant(Table.Points.Max(point => point.Latency ?? own.Latency.Mean)) : null,
        Loss = Table.Sets(point => point.Loss is not null) ? Table.Points.Max(point => point.Loss ?? own.Loss) : null,
        Bandwidth = Table.IsPackets ? Rate(own)
            : Table.Sets(point => point.BytesPerSecond is not null)
                ? Math.Max(1, Table.Points.Min(point => point.BytesPerSecond ?? double.PositiveInfinity)) : null,
    }) with
    { Trace = null };

    /// <summary>Whether from some time on nothing passes ever again.</summary>
    public bool EndsStuck => TraceCursor.IsStuck(Table, Repeat);

    /// <summary>Bytes that it takes on its way to a worker, at most.</summary>
    public long WireBytes => (Table.IsPackets ? 10L : 40L) * Table.Points.Count;

    private double? Rate(LinkConditions own) => Table.IsPackets
        ? Table.PacketsUpTo(Table.Points.Count) * (double)TraceTable.PacketBytes / Table.Length.TotalSeconds
        : Table.Points.All(point => point.BytesPerSecond is null) ? null
        : Over(point => point.BytesPerSecond ?? own.BandwidthBytesPerSecond ?? double.PositiveInfinity);

    /// <summary>The mean over the time from the first point to the last; of a single point its own value.</summary>
    private double Over(Func<TracePoint, double> value)
    {
        if (Table.Length.Nanoseconds == 0)
            return value(Table.Points[0]);
        double sum = 0;
        for (int i = 1; i < Table.Points.Count; i++)
            sum += value(Table.Points[i - 1]) * (Table.Points[i].At - Table.Points[i - 1].At).Nanoseconds;
        return sum / Table.Length.Nanoseconds;
    }
}

/// <summary>From a time on, what holds on a link; null: what the link has of its own.</summary>
/// <param name="At">From when on, in the trace's own time.</param>
/// <param name="Latency">One-way latency.</param>
/// <param name="Loss">Probability of loss.</param>
/// <param name="BytesPerSecond">Bandwidth; 0: nothing passes meanwhile.</param>
/// <param name="Up">Whether the link is up.</param>
/// <param name="Packets">Of a trace of packets: so many may leave at this very time.</param>
public readonly record struct TracePoint(Duration At, Duration? Latency, double? Loss, double? BytesPerSecond, bool? Up, int Packets);

/// <summary>The points of a trace. Two tables with the same points are equal.</summary>
public sealed class TraceTable : IEquatable<TraceTable>
{
    /// <summary>Bytes that leave at one of Mahimahi's opportunities.</summary>
    public const int PacketBytes = 1500;

    private readonly TracePoint[] points;
    private readonly long[] packets; // of a trace of packets: how many leave before each point

    private TraceTable(TracePoint[] points, bool isPackets)
    {
        (this.points, Points, IsPackets) = (points, points, isPackets);
        packets = isPackets ? new long[points.Length + 1] : [];
        for (int i = 0; isPackets && i < points.Length; i++)
            packets[i + 1] = packets[i] + points[i].Packets;
    }

    /// <summary>No points.</summary>
    public static TraceTable Empty { get; } = new([], false);

    /// <summary>The points, in the order of their times.</summary>
    [JsonIgnore]
    public IReadOnlyList<TracePoint> Points { get; private init; }

    /// <summary>Whether it tells when packets may leave (Mahimahi), and not what holds.</summary>
    public bool IsPackets { get; private init; }

    /// <summary>The time of the last point: where a trace that repeats begins again.</summary>
    public Duration Length => points.Length == 0 ? Duration.Zero : points[^1].At;

    /// <summary>A hash of the points, which stands for them where they would be too many.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', points.Select(Text)))).AsSpan(0, 16));

    /// <summary>A table of conditions.</summary>
    /// <param name="points">The first at 0, later ones later.</param>
    /// <exception cref="ArgumentException">They are not that.</exception>
    public static TraceTable Of(IReadOnlyList<TracePoint> points) =>
        Problem(points, false) is { } problem ? throw new ArgumentException(problem, nameof(points)) : new([.. points], false);

    /// <summary>A table of Mahimahi's opportunities.</summary>
    /// <param name="points">Times at which packets may leave, and how many.</param>
    /// <exception cref="ArgumentException">They are none, or not in order, or all at 0.</exception>
    public static TraceTable OfPackets(IReadOnlyList<TracePoint> points) =>
        Problem(points, true) is { } problem ? throw new ArgumentException(problem, nameof(points)) : new([.. points], true);

    /// <summary>What is wrong with points, in words; null: nothing.</summary>
    public static string? Problem(IReadOnlyList<TracePoint> points, bool isPackets)
    {
        if (points.Count == 0)
            return "a trace has at least one point";
        if (!isPackets && points[0].At.Nanoseconds != 0)
            return "a trace of conditions begins at 0";
        if (isPackets && points[^1].At.Nanoseconds <= 0)
            return "a trace of packets ends later than at 0";
        for (int i = 0; i < points.Count; i++)
        {
            TracePoint point = points[i];
            if (point.At.Nanoseconds < 0 || (i > 0 && point.At <= points[i - 1].At))
                return "the times of a trace rise from one point to the next";
            bool isRate = point.BytesPerSecond is not { } rate || (rate >= 0 && double.IsFinite(rate));
            if (point.Latency?.Nanoseconds < 0 || point.Loss is < 0 or > 1 or double.NaN || !isRate)
                return "a point of a trace has an impossible value";
            if (isPackets ? point.Packets < 1 : point.Packets != 0)
                return "a point of a trace of packets has packets, and no other has";
        }

        return null;
    }

    /// <summary>Whether any point has something.</summary>
    public bool Sets(Predicate<TracePoint> what) => Array.Exists(points, what);

    /// <summary>Packets that may leave before a point.</summary>
    public long PacketsUpTo(int point) => packets[point];

    /// <summary>The last point at or before a time; −1 before the first.</summary>
    public int IndexAt(long nanoseconds)
    {
        int low = -1, high = points.Length;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (points[middle].At.Nanoseconds <= nanoseconds)
                low = middle;
            else
                high = middle;
        }

        return low;
    }

    /// <inheritdoc/>
    public bool Equals(TraceTable? other) => other is not null && IsPackets == other.IsPackets && points.AsSpan().SequenceEqual(other.points);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TraceTable);

    /// <inheritdoc/>
    public override int GetHashCode() => points.Length == 0 ? 0 : HashCode.Combine(points.Length, IsPackets, points[0], points[^1], points[points.Length / 2]);

    private static string Text(TracePoint point) => string.Create(CultureInfo.InvariantCulture,
        $"{point.At.Nanoseconds} {point.Latency?.Nanoseconds} {point.Loss:R} {point.BytesPerSecond:R} {point.Up} {point.Packets}");
}
