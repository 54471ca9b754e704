using LayerShuffle.Actors.Messages;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Links;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Serialization;

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
