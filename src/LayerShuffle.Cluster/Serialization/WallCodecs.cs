using LayerShuffle.Actors.Messages;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Serialization;

/// <summary>What the processes of a real cluster tell each other about trials and hosted layers.</summary>
internal static class WallCodecs
{
    public static void WriteRouted(ref WireWriter writer, RoutedControl routed)
    {
        writer.WriteNumber(routed.Trial);
        writer.WriteNumber(routed.To);
        writer.WriteNumber(routed.ToIncarnation);
        writer.WriteInstant(routed.Due);
        WriteNested(ref writer, routed.Message);
    }

    public static RoutedControl ReadRouted(ref WireReader reader) =>
        new(reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber(), reader.ReadInstant(), ReadNested<ControlMessage>(ref reader));

    public static void WritePrepare(ref WireWriter writer, PrepareTrial prepare)
    {
        writer.WriteNumber(prepare.Trial);
        writer.WriteString(prepare.Model);
        writer.WriteNumber(prepare.Layers);
        writer.WriteCount(prepare.ImageNumbers);
        writer.WriteBool(prepare.Held);
        writer.WriteNumber(prepare.Life);
        writer.WriteList(prepare.Peers, WriteAddress);
        TrialSpecCodec.Write(ref writer, prepare.Spec);
    }

    public static PrepareTrial ReadPrepare(ref WireReader reader)
    {
        int trial = reader.ReadNumber();
        string model = reader.ReadString();
        int layers = reader.ReadNumber();
        long imageNumbers = reader.ReadCount();
        bool held = reader.ReadBool();
        int life = reader.ReadNumber();
        PeerAddress[] peers = reader.ReadList(ReadAddress);
        return new(trial, TrialSpecCodec.Read(ref reader), model, layers, imageNumbers, held, life, peers);
    }

    public static void WritePrepared(ref WireWriter writer, TrialPrepared prepared)
    {
        writer.WriteNumber(prepared.Trial);
        writer.WriteNumber(prepared.Endpoint);
        writer.WriteNumber(prepared.Incarnation);
    }

    public static TrialPrepared ReadPrepared(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber());

    public static void WriteStart(ref WireWriter writer, StartTrial start)
    {
        writer.WriteNumber(start.Trial);
        writer.WriteInt64(start.Zero);
    }

    public static StartTrial ReadStart(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadInt64());

    public static void WriteEnd(ref WireWriter writer, EndTrial end)
    {
        writer.WriteNumber(end.Trial);
        writer.WriteInstant(end.End);
    }

    public static EndTrial ReadEnd(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadInstant());

    public static void WriteLeft(ref WireWriter writer, TrialLeft left)
    {
        writer.WriteNumber(left.Trial);
        writer.WriteNumber(left.Endpoint);
    }

    public static TrialLeft ReadLeft(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber());

    public static void WriteMoved(ref WireWriter writer, LayersMoved moved)
    {
        writer.WriteNumber(moved.Trial);
        writer.WriteNumbers(moved.Layers);
        writer.WriteNumbers(moved.Endpoints);
    }

    public static LayersMoved ReadMoved(ref WireReader reader)
    {
        var moved = new LayersMoved(reader.ReadNumber(), reader.ReadNumbers(), reader.ReadNumbers());
        return moved.Layers.Length == moved.Endpoints.Length ? moved
            : throw reader.Wrong($"it moves {moved.Layers.Length} layers to {moved.Endpoints.Length} endpoints");
    }

    public static void WriteUp(ref WireWriter writer, PeerUp up) => WriteAddress(ref writer, up.Address);

    public static PeerUp ReadUp(ref WireReader reader) => new(ReadAddress(ref reader));

    public static void WriteEnded(ref WireWriter writer, RequestsEnded ended)
    {
        writer.WriteNumber(ended.Trial);
        writer.WriteNumbers(ended.Requests);
    }

    public static RequestsEnded ReadEnded(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumbers());

    public static void WriteHello(ref WireWriter writer, WorkerHello hello) => WriteAddress(ref writer, hello.Address);

    public static WorkerHello ReadHello(ref WireReader reader) => new(ReadAddress(ref reader));

    public static void WriteProblem(ref WireWriter writer, WorkerProblem problem)
    {
        writer.WriteNumber(problem.Endpoint);
        writer.WriteString(problem.Reason);
    }

    public static WorkerProblem ReadProblem(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadString());

    public static void WriteProbe(ref WireWriter writer, ClockProbe probe)
    {
        writer.WriteNumber(probe.Endpoint);
        writer.WriteInt64(probe.Sent);
    }

    public static ClockProbe ReadProbe(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadInt64());

    public static void WriteProbed(ref WireWriter writer, ClockProbed probed)
    {
        writer.WriteInt64(probed.Sent);
        writer.WriteInt64(probed.Coordinator);
    }

    public static ClockProbed ReadProbed(ref WireReader reader) => new(reader.ReadInt64(), reader.ReadInt64());

    public static void WriteKeep(ref WireWriter writer, KeepLayers keep)
    {
        writer.WriteString(keep.Model);
        writer.WriteNumbers(keep.Layers);
    }

    public static KeepLayers ReadKeep(ref WireReader reader) => new(reader.ReadString(), reader.ReadNumbers());

    public static void WriteHost(ref WireWriter writer, HostLayers host)
    {
        writer.WriteString(host.Model);
        writer.WriteString(host.Config);
        writer.WriteString(host.Positions);
        writer.WriteNumbers(host.Layers);
        writer.WriteList(host.Weights, static (ref w, hash) => w.WriteString(hash));
    }

    public static HostLayers ReadHost(ref WireReader reader)
    {
        var host = new HostLayers(reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadNumbers(),
            reader.ReadList(static (ref r) => r.ReadString()));
        return host.Layers.Length == host.Weights.Length ? host
            : throw reader.Wrong($"it has {host.Layers.Length} layers and weights for {host.Weights.Length}");
    }

    public static void WriteHosted(ref WireWriter writer, LayersHosted hosted)
    {
        writer.WriteString(hosted.Model);
        writer.WriteNumber(hosted.Endpoint);
        writer.WriteNumber(hosted.Incarnation);
    }

    public static LayersHosted ReadHosted(ref WireReader reader) => new(reader.ReadString(), reader.ReadNumber(), reader.ReadNumber());

    public static void WriteHostTraining(ref WireWriter writer, HostTraining host)
    {
        writer.WriteNumber(host.Training);
        writer.WriteString(host.Config);
        writer.WriteDouble(host.LearningRate);
        writer.WriteDouble(host.WeightDecay);
        writer.WriteNumbers(host.Layers);
        writer.WriteNumbers(host.Hosts);
        writer.WriteList(host.Peers, WriteAddress);
    }

    public static HostTraining ReadHostTraining(ref WireReader reader)
    {
        int training = reader.ReadNumber();
        string config = reader.ReadString();
        double learningRate = reader.ReadDouble(), weightDecay = reader.ReadDouble();
        return new(training, config, learningRate, weightDecay, reader.ReadNumbers(), reader.ReadNumbers(), reader.ReadList(ReadAddress));
    }

    public static void WriteTrainingHosted(ref WireWriter writer, TrainingHosted hosted)
    {
        writer.WriteNumber(hosted.Training);
        writer.WriteNumber(hosted.Endpoint);
        writer.WriteNumber(hosted.Incarnation);
    }

    public static TrainingHosted ReadTrainingHosted(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber());

    public static void WriteToTraining(ref WireWriter writer, ToTraining message)
    {
        writer.WriteNumber(message.Training);
        writer.WriteNumber(message.Layer + 1);
        WriteNested(ref writer, message.Message);
    }

    public static ToTraining ReadToTraining(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber() - 1, ReadNested<object>(ref reader));

    public static void WriteProve(ref WireWriter writer, ProveReach prove)
    {
        writer.WriteNumber(prove.Round);
        writer.WriteList(prove.Peers, WriteAddress);
    }

    public static ProveReach ReadProve(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadList(ReadAddress));

    public static void WriteReachProbe(ref WireWriter writer, ReachProbe probe)
    {
        writer.WriteNumber(probe.Round);
        writer.WriteNumber(probe.From);
    }

    public static ReachProbe ReadReachProbe(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber());

    public static void WriteReached(ref WireWriter writer, Reached reached)
    {
        writer.WriteNumber(reached.Round);
        writer.WriteNumber(reached.From);
        writer.WriteNumber(reached.By);
        writer.WriteBool(reached.Data);
    }

    public static Reached ReadReached(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber(), reader.ReadBool());

    public static void WriteNotReached(ref WireWriter writer, NotReached failed)
    {
        writer.WriteNumber(failed.Round);
        writer.WriteNumber(failed.From);
        writer.WriteNumber(failed.By);
        writer.WriteBool(failed.Data);
        writer.WriteString(failed.Reason);
    }

    public static NotReached ReadNotReached(ref WireReader reader) =>
        new(reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber(), reader.ReadBool(), reader.ReadString());

    private static void WriteAddress(ref WireWriter writer, PeerAddress address)
    {
        writer.WriteNumber(address.Endpoint);
        writer.WriteString(address.Host);
        writer.WriteNumber(address.AkkaPort);
        writer.WriteNumber(address.DataPort);
        writer.WriteNumber(address.Incarnation);
    }

    private static PeerAddress ReadAddress(ref WireReader reader) =>
        new(reader.ReadNumber(), reader.ReadString(), reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber());

    private static void WriteNested(ref WireWriter writer, object message)
    {
        MessageCodec codec = MessageCodecs.OfType(message.GetType())
            ?? throw new ArgumentException($"A {message.GetType().Name} does not travel on the control plane.");
        writer.WriteString(codec.Manifest);
        codec.Write(ref writer, message);
    }

    /// <summary>A message in an envelope: never an envelope itself, so that bytes cannot nest for ever.</summary>
    private static T ReadNested<T>(ref WireReader reader)
        where T : class
    {
        string manifest = reader.ReadString();
        if (MessageCodecs.OfManifest(manifest) is not { } codec || !codec.MessageType.IsAssignableTo(typeof(T)) || codec.MessageType == typeof(RoutedControl)
            || codec.MessageType == typeof(ToTraining))
            throw reader.Wrong($"a message '{manifest}' does not travel in it");
        return (T)codec.Read(ref reader);
    }
}
