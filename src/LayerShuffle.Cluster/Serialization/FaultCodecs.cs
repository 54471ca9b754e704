using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Serialization;

/// <summary>Faults of a scenario: a byte for the kind, what all have, what the kind has.</summary>
internal static class FaultCodecs
{
    private const byte Crash = 0, Partition = 1, Slowdown = 2, Link = 3, Pause = 4, Memory = 5, Byzantine = 6, Churn = 7, Trace = 8;

    public static void WriteFault(ref WireWriter writer, FaultSpec fault)
    {
        writer.WriteByte(fault switch
        {
            CrashFault => Crash,
            PartitionFault => Partition,
            SlowdownFault => Slowdown,
            LinkFault => Link,
            PauseFault => Pause,
            ChurnFault => Churn,
            TraceFault => Trace,
            MemoryFault => Memory,
            ByzantineFault => Byzantine,
            _ => throw new ArgumentException($"The fault '{fault.Name}' is of a kind without a codec: {fault.GetType().Name}.", nameof(fault)),
        });
        writer.WriteString(fault.Name);
        writer.WriteDuration(fault.At);
        writer.WriteOptional(fault.Timing.After, static (ref w, name) => w.WriteString(name));
        WriteNullable(ref writer, fault.Timing.Every);
        writer.WriteDuration(fault.Timing.Jitter);
        WriteNullable(ref writer, fault.Timing.Until);
        writer.WriteBool(fault.LosesWeights);
        WriteKind(ref writer, fault);
    }

    private static void WriteKind(ref WireWriter writer, FaultSpec fault)
    {
        switch (fault)
        {
            case CrashFault crash:
                WriteSelector(ref writer, crash.Nodes);
                WriteNullable(ref writer, crash.RestartAfter);
                break;
            case PartitionFault partition:
                writer.WriteList(partition.Groups, WriteNames);
                WriteNullable(ref writer, partition.HealAfter);
                writer.WriteEnum(partition.Shape);
                writer.WriteOptional(partition.Middle, static (ref w, name) => w.WriteString(name));
                writer.WriteEnum(partition.Direction);
                break;
            case SlowdownFault slowdown:
                WriteSelector(ref writer, slowdown.Nodes);
                writer.WriteDouble(slowdown.Factor);
                WriteNullable(ref writer, slowdown.For);
                break;
            case LinkFault link:
                WriteNames(ref writer, link.From);
                WriteNames(ref writer, link.To);
                NetworkCodecs.WritePatch(ref writer, link.Set);
                WriteNullable(ref writer, link.For);
                break;
            case PauseFault pause:
                WriteSelector(ref writer, pause.Nodes);
                WriteNullable(ref writer, pause.For);
                break;
            case ChurnFault churn:
                WriteSelector(ref writer, churn.Nodes);
                writer.WriteDuration(churn.MeanTimeToFailure);
                writer.WriteDuration(churn.MeanTimeToRepair);
                writer.WriteDouble(churn.Shape);
                WriteNullable(ref writer, churn.For);
                break;
            case TraceFault trace:
                WriteSelector(ref writer, trace.Nodes);
                WriteTrace(ref writer, trace.Trace);
                WriteNullable(ref writer, trace.For);
                break;
            case MemoryFault memory:
                WriteSelector(ref writer, memory.Nodes);
                writer.WriteNumber(memory.Flips);
                writer.WriteEnum(memory.Field);
                break;
            case ByzantineFault byzantine:
                WriteSelector(ref writer, byzantine.Nodes);
                writer.WriteEnum(byzantine.Answer);
                writer.WriteDouble(byzantine.Strength);
                WriteNullable(ref writer, byzantine.For);
                break;
        }
    }

    public static FaultSpec ReadFault(ref WireReader reader)
    {
        byte kind = reader.ReadByte();
        string name = reader.ReadString();
        Duration at = reader.ReadDuration();
        var timing = new FaultTiming(reader.ReadOptional(static (ref r) => r.ReadString()), ReadNullable(ref reader), reader.ReadDuration(),
            ReadNullable(ref reader));
        bool losesWeights = reader.ReadBool();
        return ReadKind(ref reader, kind, name, at) with { Timing = timing, LosesWeights = losesWeights };
    }

    private static FaultSpec ReadKind(ref WireReader reader, byte kind, string name, Duration at) => kind switch
    {
        Crash => new CrashFault(name, at, ReadSelector(ref reader), ReadNullable(ref reader)),
        Partition => new PartitionFault(name, at, reader.ReadList<IReadOnlyList<string>>(ReadNames), ReadNullable(ref reader))
        {
            Shape = reader.ReadEnum<PartitionShape>(),
            Middle = reader.ReadOptional(static (ref r) => r.ReadString()),
            Direction = reader.ReadEnum<PartitionDirection>(),
        },
        Slowdown => new SlowdownFault(name, at, ReadSelector(ref reader), reader.ReadDouble(), ReadNullable(ref reader)),
        Link => new LinkFault(name, at, ReadNames(ref reader), ReadNames(ref reader), NetworkCodecs.ReadPatch(ref reader), ReadNullable(ref reader)),
        Pause => new PauseFault(name, at, ReadSelector(ref reader), ReadNullable(ref reader)),
        Churn => new ChurnFault(name, at, ReadSelector(ref reader), reader.ReadDuration(), reader.ReadDuration(), reader.ReadDouble(),
            ReadNullable(ref reader)),
        Trace => new TraceFault(name, at, ReadSelector(ref reader), ReadTrace(ref reader), ReadNullable(ref reader)),
        Memory => new MemoryFault(name, at, ReadSelector(ref reader), reader.ReadNumber(), reader.ReadEnum<BitField>()),
        Byzantine => new ByzantineFault(name, at, ReadSelector(ref reader), reader.ReadEnum<ByzantineAnswer>(), reader.ReadDouble(),
            ReadNullable(ref reader)),
        _ => throw reader.Wrong($"there is no kind {kind} of faults"),
    };

    private static void WriteSelector(ref WireWriter writer, NodeSelector nodes)
    {
        writer.WriteOptional(nodes.Names, WriteNames);
        writer.WriteBool(nodes.All);
        writer.WriteNullable(nodes.RandomCount, static (ref w, count) => w.WriteNumber(count));
        writer.WriteNullable(nodes.RandomShare, static (ref w, share) => w.WriteDouble(share));
        writer.WriteOptional(nodes.Domains, WriteNames);
        writer.WriteNullable(nodes.RandomDomains, static (ref w, count) => w.WriteNumber(count));
        writer.WriteNullable(nodes.RandomDomainShare, static (ref w, share) => w.WriteDouble(share));
        writer.WriteNullable(nodes.UpToCount, static (ref w, count) => w.WriteNumber(count));
        writer.WriteNullable(nodes.UpToShare, static (ref w, share) => w.WriteDouble(share));
    }

    private static NodeSelector ReadSelector(ref WireReader reader) => new(
        reader.ReadOptional(ReadNames), reader.ReadBool(), reader.ReadNullable(static (ref r) => r.ReadNumber()),
            reader.ReadNullable(static (ref r) => r.ReadDouble()))
    {
        Domains = reader.ReadOptional(ReadNames),
        RandomDomains = reader.ReadNullable(static (ref r) => r.ReadNumber()),
        RandomDomainShare = reader.ReadNullable(static (ref r) => r.ReadDouble()),
        UpToCount = reader.ReadNullable(static (ref r) => r.ReadNumber()),
        UpToShare = reader.ReadNullable(static (ref r) => r.ReadDouble()),
    };

    private static void WriteTrace(ref WireWriter writer, NodeTrace trace)
    {
        writer.WriteList(trace.Outages, static (ref w, outage) =>
        {
            w.WriteOptional(outage.Node, static (ref w, name) => w.WriteString(name));
            w.WriteNumber(outage.Place + 1);
            w.WriteDuration(outage.From);
            WriteNullable(ref w, outage.To);
        });
        writer.WriteNullable(trace.Places, static (ref w, places) => w.WriteNumber(places));
    }

    private static NodeTrace ReadTrace(ref WireReader reader) => new(
        reader.ReadList(static (ref r) => new TraceOutage(r.ReadOptional(static (ref r) => r.ReadString()), r.ReadNumber() - 1, r.ReadDuration(),
            ReadNullable(ref r))),
        reader.ReadNullable(static (ref r) => r.ReadNumber()));

    internal static void WriteNames(ref WireWriter writer, IReadOnlyList<string> names) => writer.WriteList(names, static (ref w, name) => w.WriteString(name));

    internal static string[] ReadNames(ref WireReader reader) => reader.ReadList(static (ref r) => r.ReadString());

    private static void WriteNullable(ref WireWriter writer, Duration? value) =>
        writer.WriteNullable(value, static (ref w, duration) => w.WriteDuration(duration));

    private static Duration? ReadNullable(ref WireReader reader) => reader.ReadNullable(static (ref r) => r.ReadDuration());
}
