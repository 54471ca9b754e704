using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Cluster.Serialization;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Transport.Wire;
using LayerShuffle.Vision.Numbers;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// The transport port of one endpoint in one trial of a real cluster. The injector decides every message's fate as on the virtual clock; what is left of it
/// crosses a real socket with the time it is due, and the receiver waits for what remains of that. So an injected latency is the whole one-way time.
/// </summary>
internal sealed class WallTransport(
    int trial, int self, int life, ClusterProcess process, WallClock clock, LinkInjector injector, IHopTrace trace, ActivationStore store,
        Func<int, long> activationBytes, WireFormat format, WorkloadSpec workload) : ITransport
{
    /// <summary>The kind of frame that carries a hop.</summary>
    public const byte HopKind = 1;

    private readonly Lock gate = new(); // the injector has no lock of its own

    /// <summary>This endpoint's actor.</summary>
    public IActorRef Endpoint { get; set; } = ActorRefs.Nobody;

    public void Send(int from, int to, HopMessage message)
    {
        Journey journey = message.Journey;
        SendVerdict verdict;
        lock (gate)
            verdict = injector.Send(from, to, new MessageKey(journey.Request, journey.NextLayer, message.Attempt, journey.Branch, message.Incarnation)
            {
                Part = journey.NextHop.Part,
            }, activationBytes(journey.ImagesCarried), clock.Now, workload.IsWarmUp(journey.Deadline));
        if (verdict.Fate == MessageFate.LinkDown)
        {
            trace.Fate(message, HopFate.LinkDown);
            return;
        }

        for (int i = 0; i < verdict.Copies; i++)
        {
            CopyVerdict copy = verdict[i];
            HopMessage sent = copy.Copy == 0 ? message : message with { Copy = copy.Copy };
            if (HopFate.Of(copy.Fate) is { } end)
                trace.Fate(sent, end);
            else if (!Hand(to, sent, copy))
                Missed(to, sent, copy);
        }
    }

    public void SendControl(int from, int to, ControlMessage message)
    {
        ControlKind kind = message switch
        {
            HopAcknowledged => ControlKind.Ack,
            HopReleased => ControlKind.Release,
            HeartbeatAsked or HeartbeatAnswered => ControlKind.Heartbeat,
            _ => ControlKind.Report,
        };
        (int attempt, int copy, int answered) = message is HopAcknowledged ack ? (ack.Attempt, ack.Copy, ack.SenderIncarnation) : (0, 0, 1);
        ControlVerdict verdict;
        lock (gate)
            verdict = injector.SendControl(from, to, kind, new MessageKey(message.Hop.Request, message.Layer, attempt, message.Hop.Branch, life, answered)
            {
                Part = message.Hop.Part,
            }, copy, clock.Now);
        if (verdict.Delivered && process.IncarnationOf(to) is { } incarnation)
            process.Tell(to, new RoutedControl(trial, to, incarnation, verdict.At, message));
    }

    /// <summary>A message of Akka.Cluster to another endpoint of the trial: sent now, later or never, as its link has it.</summary>
    public void SendMembership(int to, Action send)
    {
        ControlVerdict verdict;
        lock (gate)
            verdict = injector.SendMembership(self, to, clock.Now);
        if (verdict.Delivered)
            Later(verdict.At, send);
    }

    /// <summary>Changes links: faults begin and end.</summary>
    public void Change(Action<LinkInjector> change)
    {
        lock (gate)
            change(injector);
    }

    /// <summary>What this endpoint knows of its links: what it sent over those from it, what arrived over those to it.</summary>
    /// <param name="end">When the trial ended.</param>
    public LinkRecord[] Links(Instant end)
    {
        lock (gate)
            return [.. injector.Records(oneEnd: true, end)];
    }

    /// <summary>A control message of another process has arrived, perhaps early.</summary>
    public void OnControl(RoutedControl routed)
    {
        if (routed.ToIncarnation == process.IncarnationOf(self))
            Later(routed.Due, () => Endpoint.Tell(routed.Message));
    }

    /// <summary>A hop has arrived, perhaps early. The frame stays the caller's.</summary>
    /// <exception cref="WireFormatException">It is no such frame.</exception>
    public void OnFrame(ref WireReader reader, IncomingFrame frame)
    {
        int incarnation = reader.ReadNumber();
        Instant due = reader.ReadInstant();
        var fate = reader.ReadEnum<CopyFate>();
        bool overtakes = reader.ReadBool();
        ActivationDamage? damage = reader.ReadOptional(NetworkCodecs.ReadDamage);
        var parts = new MessageParts([.. frame.Tensors]);
        var message = (HopMessage)MessageCodecs.OfKind(HopKind)!.Read(ref reader, parts);
        reader.End();
        parts.End(ref reader);
        if (message.From != frame.From)
            throw reader.Wrong($"it says that it comes from endpoint {message.From}, but came from {frame.From}");
        frame.TakeTensors();
        object? activation = null;
        if (message.Journey.Activation is Tensor tensor)
        {
            if (damage is not null)
                TensorDamage.Inflict(damage, tensor, format);
            activation = store.Keep(message.Journey.Request, tensor);
        }

        HopMessage arriving = message with { Journey = message.Journey with { Activation = activation } };
        CopyVerdict copy = new(fate, due, message.Copy, overtakes, damage);
        int from = frame.From;
        if (injector.HasDownlink(self))
            Later(due, () => Later(Through(from, incarnation, copy, arriving), () => Arrive(from, incarnation, copy, arriving)));
        else
            Later(due, () => Arrive(from, incarnation, copy, arriving));
    }

    /// <summary>
    /// When what was due here is through this endpoint's downlink: judged at this end, which alone sees what comes from everybody. It goes by the time that is
    /// due, not by that at which a busy process gets to it.
    /// </summary>
    private Instant Through(int from, int incarnation, CopyVerdict copy, HopMessage message)
    {
        if (incarnation != process.IncarnationOf(self))
            return copy.At;
        lock (gate)
            return injector.PassDownlink(from, self, incarnation, copy.ArrivingBytes(activationBytes(message.Journey.ImagesCarried)), copy.At);
    }

    private bool Hand(int to, HopMessage message, CopyVerdict copy)
    {
        if (process.IncarnationOf(to) is not { } incarnation)
            return false;
        var handle = message.Journey.Activation as ActivationHandle;
        Tensor? tensor = null;
        if (handle is not null && !handle.TryBorrow(out tensor))
            handle = null; // its request has an outcome: what still travels for it goes on with sizes and times only
        HopMessage sent = message with { Journey = message.Journey with { Activation = tensor } };
        var writer = new WireWriter();
        writer.WriteNumber(trial);
        writer.WriteNumber(incarnation);
        writer.WriteInstant(copy.At);
        writer.WriteEnum(copy.Fate);
        writer.WriteBool(copy.Overtakes);
        writer.WriteOptional(copy.Damage, NetworkCodecs.WriteDamage);
        List<object> parts = [];
        MessageCodecs.OfKind(HopKind)!.Write(ref writer, sent, parts);
        var frame = new OutgoingFrame(HopKind, writer.ToArray(), [.. parts.Cast<Tensor>()], format.Dtype());
        if (process.Plane.TrySend(to, frame, () => handle?.Return()))
            return true;
        handle?.Return();
        return false;
    }

    // The receiver is known to be gone, or its queue is full: the copy is as lost as one that reaches a dead receiver.
    private void Missed(int to, HopMessage message, CopyVerdict copy)
    {
        lock (gate)
            injector.CountArrival(self, to, copy.Fate, false, isWarmUp: workload.IsWarmUp(message.Journey.Deadline));
        trace.Fate(message, HopFate.ReceiverDown);
    }

    private void Arrive(int from, int incarnation, CopyVerdict copy, HopMessage message)
    {
        bool up = incarnation == process.IncarnationOf(self);
        lock (gate)
            injector.CountArrival(from, self, copy.Fate, up, copy.Overtakes, workload.IsWarmUp(message.Journey.Deadline));
        if (!up)
        {
            trace.Fate(message, HopFate.ReceiverDown);
        }
        else if (copy.FailsChecksum)
        {
            trace.Fate(message, HopFate.Corrupted);
        }
        else
        {
            if (copy.Fate == CopyFate.Corrupted)
                trace.Garbled(message);
            else
                trace.Delivered(message);
            Endpoint.Tell(message);
        }
    }

    private void Later(Instant due, Action action)
    {
        if (due <= clock.Now)
            action();
        else
            clock.At(due, action);
    }
}
