using LayerShuffle.Actors.Messages;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Serialization;

/// <summary>What runner, membership and faults tell endpoints.</summary>
internal static class NodeCodecs
{
    /// <summary>A message without content.</summary>
    public static void WriteNothing<T>(ref WireWriter writer, T message)
    {
    }

    public static StartWorkload ReadStartWorkload(ref WireReader reader) => StartWorkload.Instance;

    public static CrashNode ReadCrashNode(ref WireReader reader) => CrashNode.Instance;

    public static void WriteRestartNode(ref WireWriter writer, RestartNode restart)
    {
        writer.WriteNumber(restart.Incarnation);
        writer.WriteNumbers(restart.Without);
    }

    public static RestartNode ReadRestartNode(ref WireReader reader) => new(reader.ReadNumber()) { Without = reader.ReadNumbers() };

    public static void WriteLayersBack(ref WireWriter writer, LayersBack back)
    {
        writer.WriteNumbers(back.Layers);
        writer.WriteString(back.Model);
    }

    public static LayersBack ReadLayersBack(ref WireReader reader) => new(reader.ReadNumbers(), reader.ReadString());

    public static void WriteSetSlowdown(ref WireWriter writer, SetSlowdown set) => writer.WriteDouble(set.Factor);

    public static SetSlowdown ReadSetSlowdown(ref WireReader reader)
    {
        double factor = reader.ReadDouble();
        return factor > 0 && double.IsFinite(factor) ? new(factor) : throw reader.Wrong($"a slowdown's factor is a number greater than 0, not {factor:R}");
    }

    public static void WritePeerDown(ref WireWriter writer, PeerDown down)
    {
        writer.WriteNumber(down.Endpoint);
        writer.WriteNumber(down.Incarnation);
    }

    public static PeerDown ReadPeerDown(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber());

    public static void WriteSubmitRequest(ref WireWriter writer, SubmitRequest submit) => writer.WriteNumber(submit.Request);

    public static SubmitRequest ReadSubmitRequest(ref WireReader reader) => new(reader.ReadNumber());
}
