using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Actors.Protocol;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Cluster.Serialization;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using LayerShuffle.Transport.Wire;
using LayerShuffle.Vision.Numbers;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// The carrier of one endpoint in one trial of a real cluster: hops cross a real socket as frames, control messages go through Akka.Remote, both with the time
/// they are due, and the receiver waits for what remains of that. So an injected latency is the whole one-way time.
/// </summary>
internal sealed class WallCarrier(int trial, int self, int life, ClusterProcess process, WallClock clock, ActivationStore store, WireFormat format) : ICarrier
{
    /// <summary>The kind of frame that carries a hop.</summary>
    public const byte HopKind = 1;

    /// <summary>Gets what is due.</summary>
    public LinkTransport Transport { get; set; } = null!;

    /// <summary>This endpoint's actor.</summary>
    public IActorRef Endpoint { get; set; } = ActorRefs.Nobody;

    public Instant Now => clock.Now;

    public int? Addressee(int endpoint) => process.IncarnationOf(endpoint);

    public int Life(int endpoint) => life;

    public bool IsUp(int endpoint, int incarnation) => incarnation == process.IncarnationOf(endpoint);

    /// <summary>SIGSTOP stops the process itself.</summary>
    public bool IsPaused(int endpoint) => false;

    public void Hold(int endpoint, Action arrive) => throw new NotSupportedException("No endpoint is paused here.");

    public bool Carry(int from, int to, int incarnation, CopyVerdict copy, HopMessage message)
    {
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

    public void Carry(int from, int to, int incarnation, Instant due, ControlMessage message) =>
        process.Tell(to, new RoutedControl(trial, to, incarnation, due, message));

    public void Deliver(int endpoint, HopMessage message) => Endpoint.Tell(message);

    public void Ended(HopMessage message)
    {
        // Nobody waits for it.
    }

    /// <summary>At once, where the instant is past.</summary>
    public void At(Instant due, Action action)
    {
        if (due <= clock.Now)
            action();
        else
            clock.At(due, action);
    }

    /// <summary>A message of Akka.Cluster to another endpoint of the trial: sent now, later or never, as its link has it.</summary>
    public void SendMembership(int to, Action send)
    {
        if (Transport.JudgeMembership(self, to) is { } due)
            At(due, send);
    }

    /// <summary>A control message of another process has arrived, perhaps early.</summary>
    public void OnControl(RoutedControl routed)
    {
        if (routed.ToIncarnation == process.IncarnationOf(self))
            At(routed.Due, () => Endpoint.Tell(routed.Message));
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
        Action reach = () => Transport.Reach(from, self, incarnation, copy, arriving);
        if (Transport.HasDownlink(self))
            clock.At(due, reach); // never at once: one that is late must not pass one whose timer is about to fire
        else
            At(due, reach);
    }
}
