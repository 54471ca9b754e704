using LayerShuffle.Actors.Messages;
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
