using LayerShuffle.Actors.Messages;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Links;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Serialization;

/// <summary>The messages of the hop protocol.</summary>
internal static class HopCodecs
{
    public static void WriteHop(ref WireWriter writer, HopMessage message, ICollection<object> parts)
    {
        writer.WriteNumber(message.Attempt);
        writer.WriteNumber(message.From);
        writer.WriteNumber(message.Copy);
        writer.WriteNumber(message.Incarnation);
        writer.WriteBool(message.IsHedge);
        WriteJourney(ref writer, message.Journey, parts);
    }

    public static HopMessage ReadHop(ref WireReader reader, MessageParts parts)
    {
        int attempt = reader.ReadNumber(), from = reader.ReadNumber(), copy = reader.ReadNumber(), incarnation = reader.ReadNumber();
        bool isHedge = reader.ReadBool();
        return new(ReadJourney(ref reader, parts), attempt, from) { Copy = copy, Incarnation = incarnation, IsHedge = isHedge };
    }

    public static void WriteAcknowledged(ref WireWriter writer, HopAcknowledged ack)
    {
        writer.WriteHopId(ack.Hop);
        WriteLayer(ref writer, ack.Layer);
        writer.WriteNumber(ack.Attempt);
        writer.WriteNumber(ack.Copy);
        writer.WriteNumber(ack.From);
        writer.WriteNumber(ack.Incarnation);
        writer.WriteNumber(ack.SenderIncarnation);
        if (ack.Queue is { } queue)
            writer.WriteNumber(queue);
    }

    public static HopAcknowledged ReadAcknowledged(ref WireReader reader)
    {
        var ack = new HopAcknowledged(reader.ReadHopId(), ReadLayer(ref reader), reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber(),
            reader.ReadNumber(), reader.ReadNumber());
        return reader.Remaining == 0 ? ack : ack with { Queue = reader.ReadNumber() }; // it ends a message, in an envelope too
    }

    public static void WriteReleased(ref WireWriter writer, HopReleased release) => WriteControl(ref writer, release);

    public static HopReleased ReadReleased(ref WireReader reader) => new(reader.ReadHopId(), ReadLayer(ref reader), reader.ReadNumber());

    public static void WriteFailed(ref WireWriter writer, RequestFailed failed)
    {
        WriteControl(ref writer, failed);
        writer.WriteNumber(failed.Path);
    }

    public static RequestFailed ReadFailed(ref WireReader reader) =>
        new(reader.ReadHopId(), ReadLayer(ref reader), reader.ReadNumber(), reader.ReadNumber());

    public static void WriteAsked(ref WireWriter writer, HeartbeatAsked asked) => WriteControl(ref writer, asked);

    public static HeartbeatAsked ReadAsked(ref WireReader reader) => new(reader.ReadHopId(), ReadLayer(ref reader), reader.ReadNumber());

    public static void WriteAnswered(ref WireWriter writer, HeartbeatAnswered answer)
    {
        WriteControl(ref writer, answer);
        writer.WriteNumber(answer.Incarnation);
    }

    public static HeartbeatAnswered ReadAnswered(ref WireReader reader) =>
        new(reader.ReadHopId(), ReadLayer(ref reader), reader.ReadNumber(), reader.ReadNumber());

    /// <summary>A layer id, or <see cref="Journey.Return"/> (−1).</summary>
    public static void WriteLayer(ref WireWriter writer, int layer) => writer.WriteNumber(layer + 1);

    /// <summary>A layer id, or <see cref="Journey.Return"/>.</summary>
    public static int ReadLayer(ref WireReader reader) => reader.ReadNumber() - 1;

    private static void WriteControl(ref WireWriter writer, ControlMessage message)
    {
        writer.WriteHopId(message.Hop);
        WriteLayer(ref writer, message.Layer);
        writer.WriteNumber(message.From);
    }

    private static void WriteJourney(ref WireWriter writer, Journey journey, ICollection<object> parts)
    {
        writer.WriteNumber(journey.Request);
        writer.WriteNumber(journey.Images);
        writer.WriteNumbers(journey.Route);
        writer.WriteInstant(journey.Deadline);
        writer.WriteUInt64(journey.Branch);
        writer.WriteNumber(journey.Next);
        writer.WriteNumbers(journey.Executed);
        writer.WriteNumbers(journey.Skipped);
        writer.WriteNumbers(journey.Deferred);
        writer.WriteNumber(journey.Retries);
        writer.WriteNumber(journey.Hedges);
        writer.WriteNumber(journey.Path);
        writer.WriteNumber(journey.Parallel);
        writer.WriteNumber(journey.Member);
        writer.WriteNumber(journey.Parts);
        writer.WriteNumber(journey.Part);
        MessageParts.Write(ref writer, journey.Activation, parts);
    }

    private static Journey ReadJourney(ref WireReader reader, MessageParts parts)
    {
        var journey = new Journey
        {
            Request = reader.ReadNumber(),
            Images = reader.ReadNumber(),
            Route = reader.ReadNumbers(),
            Deadline = reader.ReadInstant(),
            Branch = reader.ReadUInt64(),
            Next = reader.ReadNumber(),
            Executed = reader.ReadNumbers(),
            Skipped = reader.ReadNumbers(),
            Deferred = reader.ReadNumbers(),
            Retries = reader.ReadNumber(),
            Hedges = reader.ReadNumber(),
            Path = reader.ReadNumber(),
            Parallel = reader.ReadNumber(),
            Member = reader.ReadNumber(),
            Parts = reader.ReadNumber(),
            Part = reader.ReadNumber(),
            Activation = parts.TakeIfSent<object>(ref reader, "an activation"),
        };
        if (journey.Next > journey.Route.Length)
            throw reader.Wrong($"its next layer is number {journey.Next} of a route of {journey.Route.Length}");
        return journey.Parts <= journey.Next && journey.Part <= journey.Parts && journey.Member <= journey.Route.Length - journey.Next ? journey
            : throw reader.Wrong($"it is part {journey.Part} of {journey.Parts} for layer {journey.Member} of a group that begins at {journey.Next}");
    }
}

/// <summary>What endpoints tell the coordinator for the results.</summary>
internal static class TraceCodecs
{
    /// <summary>Bytes of the shortest event: kind, time, hop (1 + 8 + 1 + 1), layer, attempt, copy, from, to, fate, incarnation, hedge.</summary>
    private const int LeastEventBytes = 1 + 8 + 11 + 8;

    /// <summary>Bytes of the shortest link record: two names, conditions, thirteen counts, three flags, bytes twice, busy, control messages.</summary>
    private const int LeastLinkBytes = 2 + 60 + 13 + 3 + 2 + 8 + 1;

    public static void WriteEvents(ref WireWriter writer, HopEvents batch)
    {
        writer.WriteNumber(batch.From);
        writer.WriteList(batch.Events, WriteEvent);
        writer.WriteNumber(batch.Trial);
    }

    public static HopEvents ReadEvents(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadList(ReadEvent, LeastEventBytes), reader.ReadNumber());

    public static void WriteLinkReport(ref WireWriter writer, LinkReport report)
    {
        writer.WriteNumber(report.From);
        writer.WriteList(report.Links, WriteLink);
        writer.WriteNumber(report.Trial);
        writer.WriteList(report.Met, static (ref w, met) =>
        {
            w.WriteString(met.Fault);
            w.WriteCount(met.Messages);
        });
    }

    public static LinkReport ReadLinkReport(ref WireReader reader) => new(
        reader.ReadNumber(), reader.ReadList(ReadLink, LeastLinkBytes), reader.ReadNumber(),
        reader.ReadList(static (ref r) => new MetFault(r.ReadString(), r.ReadCount())));

    private static void WriteEvent(ref WireWriter writer, HopEvent seen)
    {
        writer.WriteEnum(seen.Kind);
        writer.WriteInstant(seen.At);
        writer.WriteHopId(seen.Hop);
        HopCodecs.WriteLayer(ref writer, seen.Layer);
        writer.WriteNumber(seen.Attempt);
        writer.WriteNumber(seen.Copy);
        writer.WriteNumber(seen.From + 1); // −1: nobody
        writer.WriteNumber(seen.To + 1);
        writer.WriteNumber(seen.Fate is null ? 0 : FateNumber(seen.Fate));
        writer.WriteNumber(seen.Incarnation);
        writer.WriteBool(seen.IsHedge);
    }

    private static HopEvent ReadEvent(ref WireReader reader) => new(
        reader.ReadEnum<HopEventKind>(), reader.ReadInstant(), reader.ReadHopId(), HopCodecs.ReadLayer(ref reader), reader.ReadNumber(), reader.ReadNumber(),
        reader.ReadNumber() - 1, reader.ReadNumber() - 1, ReadFate(ref reader), reader.ReadNumber(), reader.ReadBool());

    private static int FateNumber(string fate)
    {
        for (int i = 0; i < HopFate.All.Count; i++)
        {
            if (HopFate.All[i] == fate)
                return i + 1;
        }

        throw new ArgumentException($"'{fate}' is no fate of a hop; the fates are {string.Join(", ", HopFate.All)}.", nameof(fate));
    }

    private static string? ReadFate(ref WireReader reader)
    {
        int number = reader.ReadNumber();
        if (number > HopFate.All.Count)
            throw reader.Wrong($"there is no fate {number} of a hop");
        return number == 0 ? null : HopFate.All[number - 1];
    }

    private static void WriteLink(ref WireWriter writer, LinkRecord link)
    {
        writer.WriteString(link.From);
        writer.WriteString(link.To);
        NetworkCodecs.WriteConditions(ref writer, link.Asked);
        writer.WriteCount(link.MessagesSent);
        writer.WriteCount(link.Lost);
        writer.WriteCount(link.Duplicated);
        writer.WriteCount(link.Corrupted);
        writer.WriteCount(link.CorruptDrawn);
        writer.WriteCount(link.ReorderDrawn);
        writer.WriteCount(link.Overtook);
        writer.WriteCount(link.Delivered);
        writer.WriteCount(link.DroppedLinkDown);
        writer.WriteCount(link.DroppedReceiverDown);
        writer.WriteCount(link.DroppedQueue);
        writer.WriteCount(link.Bursts);
        writer.WriteNullable(link.PacketsLost, static (ref w, count) => w.WriteCount(count));
        writer.WriteCount(link.Carried);
        writer.WriteNullable(link.LatencyMeanMs, static (ref w, value) => w.WriteDouble(value));
        writer.WriteNullable(link.LatencyStdMs, static (ref w, value) => w.WriteDouble(value));
        writer.WriteCount(link.Bytes);
        writer.WriteCount(link.CarriedBytes);
        writer.WriteDuration(link.Busy);
        writer.WriteCount(link.ControlMessages);
    }

    private static LinkRecord ReadLink(ref WireReader reader) => new()
    {
        From = reader.ReadString(),
        To = reader.ReadString(),
        Asked = NetworkCodecs.ReadConditions(ref reader),
        MessagesSent = reader.ReadCount(),
        Lost = reader.ReadCount(),
        Duplicated = reader.ReadCount(),
        Corrupted = reader.ReadCount(),
        CorruptDrawn = reader.ReadCount(),
        ReorderDrawn = reader.ReadCount(),
        Overtook = reader.ReadCount(),
        Delivered = reader.ReadCount(),
        DroppedLinkDown = reader.ReadCount(),
        DroppedReceiverDown = reader.ReadCount(),
        DroppedQueue = reader.ReadCount(),
        Bursts = reader.ReadCount(),
        PacketsLost = reader.ReadNullable(static (ref r) => r.ReadCount()),
        Carried = reader.ReadCount(),
        LatencyMeanMs = reader.ReadNullable(static (ref r) => r.ReadDouble()),
        LatencyStdMs = reader.ReadNullable(static (ref r) => r.ReadDouble()),
        Bytes = reader.ReadCount(),
        CarriedBytes = reader.ReadCount(),
        Busy = reader.ReadDuration(),
        ControlMessages = reader.ReadCount(),
    };
}
