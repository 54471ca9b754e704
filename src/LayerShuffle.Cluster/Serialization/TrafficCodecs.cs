using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Serialization;

/// <summary>Traces of links and of arrivals: what is long in a specification is written as steps from one point to the next.</summary>
internal static class TrafficCodecs
{
    private const byte HasLatency = 1, HasLoss = 2, HasRate = 4, HasUp = 8, IsUp = 16;

    public static void WriteTrace(ref WireWriter writer, LinkTrace trace)
    {
        writer.WriteBool(trace.Repeat);
        writer.WriteNullable(trace.Offset, static (ref w, offset) => w.WriteDuration(offset));
        writer.WriteBool(trace.Table.IsPackets);
        writer.WriteNumber(trace.Table.Points.Count);
        long before = 0;
        foreach (TracePoint point in trace.Table.Points)
        {
            writer.WriteVarInt64(point.At.Nanoseconds - before);
            before = point.At.Nanoseconds;
            if (trace.Table.IsPackets)
                writer.WriteNumber(point.Packets);
            else
                WriteConditions(ref writer, point);
        }
    }

    public static LinkTrace ReadTrace(ref WireReader reader)
    {
        bool repeats = reader.ReadBool();
        Duration? offset = reader.ReadNullable(static (ref r) => r.ReadDuration());
        bool isPackets = reader.ReadBool();
        var points = new TracePoint[reader.ReadListLength(2)];
        long at = 0;
        for (int i = 0; i < points.Length; i++)
        {
            at = unchecked(at + reader.ReadVarInt64());
            points[i] = isPackets ? new(new(at), null, null, null, null, reader.ReadNumber()) : ReadConditions(ref reader, new(at));
        }

        if (points.Length == 0 && isPackets)
            throw reader.Wrong("it has packets, and no time for any");
        if (points.Length == 0)
            return new LinkTrace(TraceTable.Empty, repeats, offset);
        if (TraceTable.Problem(points, isPackets) is { } problem)
            throw reader.Wrong(problem);
        return new LinkTrace(isPackets ? TraceTable.OfPackets(points) : TraceTable.Of(points), repeats, offset);
    }

    public static void WriteTimes(ref WireWriter writer, ArrivalTimes times)
    {
        writer.WriteNumber(times.Count);
        long before = 0;
        foreach (long time in times.Nanoseconds)
        {
            writer.WriteVarInt64(time - before);
            before = time;
        }
    }

    public static ArrivalTimes ReadTimes(ref WireReader reader)
    {
        var times = new long[reader.ReadListLength()];
        long at = 0;
        for (int i = 0; i < times.Length; i++)
            times[i] = at = unchecked(at + reader.ReadVarInt64());
        return ArrivalTimes.Problem(times) is { } problem ? throw reader.Wrong(problem) : ArrivalTimes.Of(times);
    }

    private static void WriteConditions(ref WireWriter writer, TracePoint point)
    {
        writer.WriteByte((byte)((point.Latency is null ? 0 : HasLatency) | (point.Loss is null ? 0 : HasLoss) | (point.BytesPerSecond is null ? 0 : HasRate)
            | (point.Up is null ? 0 : HasUp) | (point.Up == true ? IsUp : 0)));
        if (point.Latency is { } latency)
            writer.WriteVarInt64(latency.Nanoseconds);
        if (point.Loss is { } loss)
            writer.WriteDouble(loss);
        if (point.BytesPerSecond is { } rate)
            writer.WriteDouble(rate);
    }

    private static TracePoint ReadConditions(ref WireReader reader, Duration at)
    {
        byte has = reader.ReadByte();
        if (has >= 2 * IsUp || ((has & IsUp) != 0 && (has & HasUp) == 0))
            throw reader.Wrong("a point of a trace has something unknown");
        return new TracePoint(at, (has & HasLatency) != 0 ? new Duration(reader.ReadVarInt64()) : null, (has & HasLoss) != 0 ? reader.ReadDouble() : null,
            (has & HasRate) != 0 ? reader.ReadDouble() : null, (has & HasUp) != 0 ? (has & IsUp) != 0 : null, 0);
    }
}
