using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Actors.Protocol;

/// <summary>
/// The transport port of both worlds: names every message, has the injector judge it, gives what is left of it to a carrier with the time it is due, and keeps
/// the books of what arrives. May be called from several threads.
/// </summary>
/// <param name="spec">The trial: which requests are of its warm-up, and how numbers are written.</param>
/// <param name="injector">The links. It has no lock of its own: all that is asked of it is asked here.</param>
/// <param name="trace">Sees what happens.</param>
/// <param name="numbers">How many numbers an activation of so many images has.</param>
/// <param name="carrier">Moves what is left.</param>
public sealed class LinkTransport(
    TrialSpec spec, LinkInjector injector, IHopTrace trace, Func<int, long> numbers, ICarrier carrier) : ITransport
{
    private readonly Lock gate = new();

    /// <inheritdoc/>
    public void Send(int from, int to, HopMessage message)
    {
        Journey journey = message.Journey;
        var key = new MessageKey(journey.Request, journey.NextLayer, message.Attempt, journey.Branch, message.Incarnation) { Part = journey.NextHop.Part };
        SendVerdict verdict;
        lock (gate)
            verdict = injector.Send(from, to, in key, Bytes(message), carrier.Now, spec.Workload.IsWarmUp(journey.Deadline));
        if (verdict.Fate == MessageFate.LinkDown)
        {
            trace.Fate(message, HopFate.LinkDown);
            return;
        }

        int? incarnation = carrier.Addressee(to);
        for (int i = 0; i < verdict.Copies; i++)
        {
            CopyVerdict copy = verdict[i];
            HopMessage sent = copy.Copy == 0 ? message : message with { Copy = copy.Copy };
            if (HopFate.Of(copy.Fate) is { } end)
                trace.Fate(sent, end);
            else if (incarnation is null || !carrier.Carry(from, to, incarnation.Value, copy, sent))
                Missed(from, to, copy, sent);
        }
    }

    /// <inheritdoc/>
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
        var key = new MessageKey(message.Hop.Request, message.Layer, attempt, message.Hop.Branch, carrier.Life(from), answered) { Part = message.Hop.Part };
        ControlVerdict verdict;
        lock (gate)
            verdict = injector.SendControl(from, to, kind, in key, copy, carrier.Now);
        if (verdict.Delivered && carrier.Addressee(to) is { } incarnation)
            carrier.Carry(from, to, incarnation, verdict.At, message);
    }

    /// <summary>When a message of the cluster's membership arrives that is sent now; null: its link does not let it through.</summary>
    public Instant? JudgeMembership(int from, int to)
    {
        lock (gate)
        {
            ControlVerdict verdict = injector.SendMembership(from, to, carrier.Now);
            return verdict.Delivered ? verdict.At : null;
        }
    }

    /// <summary>Whether what comes to an endpoint waits in one line.</summary>
    public bool HasDownlink(int to) => injector.HasDownlink(to);

    /// <summary>A copy has reached the end of its link: it may have to pass the receiver's downlink before it is there.</summary>
    /// <param name="from">Who sent it.</param>
    /// <param name="to">Whom it is for.</param>
    /// <param name="incarnation">The receiver's incarnation that it is for.</param>
    /// <param name="copy">What became of it. It goes by the time that is due, not by that at which a busy process gets to it.</param>
    /// <param name="message">The copy.</param>
    public void Reach(int from, int to, int incarnation, CopyVerdict copy, HopMessage message)
    {
        if (HasDownlink(to))
            PassDownlink(from, to, incarnation, copy, message);
        else
            Arrive(from, to, incarnation, copy, message);
    }

    /// <summary>Changes links: faults begin and end.</summary>
    public void Change(Action<LinkInjector> change)
    {
        lock (gate)
            change(injector);
    }

    // Methods of their own, so that only who has a downlink, and only what is held, costs a closure.
    private void PassDownlink(int from, int to, int incarnation, CopyVerdict copy, HopMessage message)
    {
        Instant through = copy.At;
        if (carrier.IsUp(to, incarnation)) // what comes to a paused node waits behind the line, not before it
        {
            lock (gate)
                through = injector.PassDownlink(from, to, incarnation, copy.ArrivingBytes(Bytes(message)), copy.At);
        }

        if (through <= carrier.Now)
            Arrive(from, to, incarnation, copy, message);
        else
            carrier.At(through, () => Arrive(from, to, incarnation, copy, message));
    }

    private void Hold(int from, int to, int incarnation, CopyVerdict copy, HopMessage message) =>
        carrier.Hold(to, () => Arrive(from, to, incarnation, copy, message));

    private void Arrive(int from, int to, int incarnation, CopyVerdict copy, HopMessage message)
    {
        if (carrier.IsPaused(to))
        {
            Hold(from, to, incarnation, copy, message);
            return;
        }

        bool up = carrier.IsUp(to, incarnation);
        lock (gate)
            injector.CountArrival(from, to, copy.Fate, up, copy.Overtakes, spec.Workload.IsWarmUp(message.Journey.Deadline));
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
            carrier.Deliver(to, message);
        }

        carrier.Ended(message);
    }

    // The receiver is known to be gone, or its queue is full: the copy is as lost as one that reaches a dead receiver.
    private void Missed(int from, int to, CopyVerdict copy, HopMessage message)
    {
        lock (gate)
            injector.CountArrival(from, to, copy.Fate, false, isWarmUp: spec.Workload.IsWarmUp(message.Journey.Deadline));
        trace.Fate(message, HopFate.ReceiverDown);
    }

    private long Bytes(HopMessage message) => numbers(message.Journey.ImagesCarried) * spec.Cluster.Wire.BytesPerNumber();
}
