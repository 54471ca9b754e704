using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Links;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Serialization;

/// <summary>Conditions of links.</summary>
internal static class NetworkCodecs
{
    public static void WriteNetwork(ref WireWriter writer, NetworkSpec network)
    {
        WriteConditions(ref writer, network.Default);
        writer.WriteList(network.Links, WriteException);
        writer.WriteBool(network.MembershipLossy);
    }

    public static NetworkSpec ReadNetwork(ref WireReader reader) =>
        new(ReadConditions(ref reader), reader.ReadList(ReadException)) { MembershipLossy = reader.ReadBool() };

    public static void WriteConditions(ref WireWriter writer, LinkConditions conditions)
    {
        WriteDistribution(ref writer, conditions.Latency);
        WriteNullable(ref writer, conditions.BandwidthBytesPerSecond);
        writer.WriteInt64(conditions.OverheadBytes);
        writer.WriteDouble(conditions.Loss);
        writer.WriteDouble(conditions.Duplicate);
        writer.WriteDouble(conditions.Corrupt);
        writer.WriteDouble(conditions.Reorder);
        writer.WriteBool(conditions.KeepOrder);
        writer.WriteBool(conditions.ControlLossy);
    }

    public static LinkConditions ReadConditions(ref WireReader reader)
    {
        DelayDistribution latency = ReadDistribution(ref reader);
        double? bandwidth = ReadNullableDouble(ref reader);
        long overhead = reader.ReadInt64();
        return new(latency, bandwidth, reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadBool(), reader.ReadBool())
        {
            OverheadBytes = overhead,
        };
    }

    public static void WriteDistribution(ref WireWriter writer, DelayDistribution distribution)
    {
        writer.WriteEnum(distribution.Kind);
        writer.WriteDuration(distribution.Mean);
        writer.WriteDuration(distribution.StandardDeviation);
        writer.WriteDuration(distribution.Min);
        writer.WriteNullable(distribution.Max, static (ref w, max) => w.WriteDuration(max));
    }

    public static DelayDistribution ReadDistribution(ref WireReader reader) => new(
        reader.ReadEnum<DelayKind>(), reader.ReadDuration(), reader.ReadDuration(), reader.ReadDuration(),
            reader.ReadNullable(static (ref r) => r.ReadDuration()));

    public static void WritePatch(ref WireWriter writer, LinkPatch patch)
    {
        writer.WriteOptional(patch.Latency, WriteDistribution);
        WriteNullable(ref writer, patch.Bandwidth);
        writer.WriteNullable(patch.Overhead, static (ref w, bytes) => w.WriteInt64(bytes));
        WriteNullable(ref writer, patch.Loss);
        WriteNullable(ref writer, patch.Duplicate);
        WriteNullable(ref writer, patch.Corrupt);
        WriteNullable(ref writer, patch.Reorder);
        writer.WriteNullable(patch.KeepOrder, static (ref w, keep) => w.WriteBool(keep));
    }

    public static LinkPatch ReadPatch(ref WireReader reader) => new()
    {
        Latency = reader.ReadOptional(ReadDistribution),
        Bandwidth = ReadNullableDouble(ref reader),
        Overhead = reader.ReadNullable(static (ref r) => r.ReadInt64()),
        Loss = ReadNullableDouble(ref reader),
        Duplicate = ReadNullableDouble(ref reader),
        Corrupt = ReadNullableDouble(ref reader),
        Reorder = ReadNullableDouble(ref reader),
        KeepOrder = reader.ReadNullable(static (ref r) => r.ReadBool()),
    };

    private static void WriteException(ref WireWriter writer, LinkException exception)
    {
        writer.WriteString(exception.From);
        writer.WriteString(exception.To);
        WritePatch(ref writer, exception.Set);
    }

    private static LinkException ReadException(ref WireReader reader) => new(reader.ReadString(), reader.ReadString(), ReadPatch(ref reader));

    private static void WriteNullable(ref WireWriter writer, double? value) => writer.WriteNullable(value, static (ref w, number) => w.WriteDouble(number));

    private static double? ReadNullableDouble(ref WireReader reader) => reader.ReadNullable(static (ref r) => r.ReadDouble());
}
