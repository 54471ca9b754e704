using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
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
        writer.WriteBool(network.NanGuard);
    }

    public static NetworkSpec ReadNetwork(ref WireReader reader) =>
        new(ReadConditions(ref reader), reader.ReadList(ReadException)) { MembershipLossy = reader.ReadBool(), NanGuard = reader.ReadBool() };

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
        writer.WriteOptional(conditions.LossChain, WriteChain);
        writer.WriteNumber(conditions.LoseFirst);
        writer.WriteOptional(conditions.ReorderPattern, WritePattern);
        writer.WriteOptional(conditions.Queue, WriteQueue);
        writer.WriteOptional(conditions.Trace, TrafficCodecs.WriteTrace);
        writer.WriteOptional(conditions.Packets, WritePackets);
        WriteCorruption(ref writer, conditions.Corruption);
        writer.WriteBool(conditions.Checksum);
    }

    public static LinkConditions ReadConditions(ref WireReader reader)
    {
        DelayDistribution latency = ReadDistribution(ref reader);
        double? bandwidth = ReadNullableDouble(ref reader);
        long overhead = reader.ReadInt64();
        return new(latency, bandwidth, reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadBool(), reader.ReadBool())
        {
            OverheadBytes = overhead,
            LossChain = reader.ReadOptional(ReadChain),
            LoseFirst = reader.ReadNumber(),
            ReorderPattern = reader.ReadOptional(ReadPattern),
            Queue = reader.ReadOptional(ReadQueue),
            Trace = reader.ReadOptional(TrafficCodecs.ReadTrace),
            Packets = reader.ReadOptional(ReadPackets),
            Corruption = ReadCorruption(ref reader),
            Checksum = reader.ReadBool(),
        };
    }

    public static void WriteDamage(ref WireWriter writer, ActivationDamage damage)
    {
        writer.WriteUInt64(damage.Seed);
        writer.WriteNumbers(damage.Missing);
        writer.WriteCount(damage.PacketBytes);
        writer.WriteBool(damage.FillsWithMean);
        writer.WriteOptional(damage.Corruption, WriteCorruption);
    }

    public static ActivationDamage ReadDamage(ref WireReader reader) => new(reader.ReadUInt64())
    {
        Missing = reader.ReadNumbers(),
        PacketBytes = reader.ReadCount(),
        FillsWithMean = reader.ReadBool(),
        Corruption = reader.ReadOptional(ReadCorruption),
    };

    public static void WriteDistribution(ref WireWriter writer, DelayDistribution distribution)
    {
        writer.WriteEnum(distribution.Kind);
        writer.WriteDuration(distribution.Mean);
        writer.WriteDuration(distribution.StandardDeviation);
        writer.WriteDuration(distribution.Min);
        writer.WriteNullable(distribution.Max, static (ref w, max) => w.WriteDuration(max));
        writer.WriteDouble(distribution.Correlation);
        writer.WriteList(distribution.Quantiles?.Points ?? [], static (ref w, point) =>
        {
            w.WriteDouble(point.Share);
            w.WriteDuration(point.Value);
        });
    }

    public static DelayDistribution ReadDistribution(ref WireReader reader)
    {
        var distribution = new DelayDistribution(reader.ReadEnum<DelayKind>(), reader.ReadDuration(), reader.ReadDuration(), reader.ReadDuration(),
            reader.ReadNullable(static (ref r) => r.ReadDuration()))
        {
            Correlation = reader.ReadDouble(),
        };
        IReadOnlyList<(double, Duration)> points = reader.ReadList(static (ref r) => (r.ReadDouble(), r.ReadDuration()), sizeof(double) + sizeof(long));
        if (points.Count == 0 && distribution.Kind != DelayKind.Empirical)
            return distribution;
        return QuantileTable.Problem(points) is { } problem ? throw reader.Wrong(problem) : distribution with { Quantiles = QuantileTable.Of(points) };
    }

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
        writer.WriteOptional(patch.LossChain, WriteChain);
        writer.WriteNullable(patch.LoseFirst, static (ref w, first) => w.WriteNumber(first));
        writer.WriteOptional(patch.ReorderPattern, WritePattern);
        writer.WriteOptional(patch.Queue, WriteQueue);
        writer.WriteOptional(patch.Trace, TrafficCodecs.WriteTrace);
        writer.WriteOptional(patch.Packets, WritePackets);
        writer.WriteOptional(patch.Corruption, WriteCorruption);
        writer.WriteNullable(patch.Checksum, static (ref w, check) => w.WriteBool(check));
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
        LossChain = reader.ReadOptional(ReadChain),
        LoseFirst = reader.ReadNullable(static (ref r) => r.ReadNumber()),
        ReorderPattern = reader.ReadOptional(ReadPattern),
        Queue = reader.ReadOptional(ReadQueue),
        Trace = reader.ReadOptional(TrafficCodecs.ReadTrace),
        Packets = reader.ReadOptional(ReadPackets),
        Corruption = reader.ReadOptional(ReadCorruption),
        Checksum = reader.ReadNullable(static (ref r) => r.ReadBool()),
    };

    private static void WritePackets(ref WireWriter writer, PacketSpec packets)
    {
        writer.WriteCount(packets.Bytes);
        writer.WriteEnum(packets.Missing);
    }

    private static PacketSpec ReadPackets(ref WireReader reader) => new(reader.ReadCount(), reader.ReadEnum<MissingPackets>());

    private static void WriteCorruption(ref WireWriter writer, CorruptionSpec corruption)
    {
        writer.WriteEnum(corruption.Kind);
        writer.WriteNumber(corruption.Bits);
        writer.WriteEnum(corruption.Field);
        writer.WriteDouble(corruption.Strength);
        writer.WriteDouble(corruption.Share);
        writer.WriteNumber(corruption.Tokens);
    }

    private static CorruptionSpec ReadCorruption(ref WireReader reader) => new(reader.ReadEnum<CorruptionKind>())
    {
        Bits = reader.ReadNumber(),
        Field = reader.ReadEnum<BitField>(),
        Strength = reader.ReadDouble(),
        Share = reader.ReadDouble(),
        Tokens = reader.ReadNumber(),
    };

    private static void WriteChain(ref WireWriter writer, LossChain chain)
    {
        writer.WriteEnum(chain.Kind);
        foreach (double number in (double[])[chain.P, chain.R, chain.LossGood, chain.LossBad, chain.P13, chain.P31, chain.P32, chain.P23, chain.P14])
            writer.WriteDouble(number);
    }

    private static LossChain ReadChain(ref WireReader reader) => new(reader.ReadEnum<LossKind>())
    {
        P = reader.ReadDouble(),
        R = reader.ReadDouble(),
        LossGood = reader.ReadDouble(),
        LossBad = reader.ReadDouble(),
        P13 = reader.ReadDouble(),
        P31 = reader.ReadDouble(),
        P32 = reader.ReadDouble(),
        P23 = reader.ReadDouble(),
        P14 = reader.ReadDouble(),
    };

    private static void WritePattern(ref WireWriter writer, ReorderPattern pattern)
    {
        writer.WriteDouble(pattern.Correlation);
        writer.WriteNumber(pattern.Gap);
    }

    private static ReorderPattern ReadPattern(ref WireReader reader) => new(reader.ReadDouble(), reader.ReadNumber());

    private static void WriteQueue(ref WireWriter writer, QueueSpec queue)
    {
        writer.WriteNullable(queue.LimitBytes, static (ref w, bytes) => w.WriteCount(bytes));
        writer.WriteNullable(queue.LimitMessages, static (ref w, messages) => w.WriteNumber(messages));
        writer.WriteEnum(queue.Drop);
    }

    private static QueueSpec ReadQueue(ref WireReader reader) => new(reader.ReadNullable(static (ref r) => r.ReadCount()),
        reader.ReadNullable(static (ref r) => r.ReadNumber()), reader.ReadEnum<QueueDrop>());

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
