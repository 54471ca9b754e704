using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Workloads;

namespace LayerShuffle.Simulation;

/// <summary>The transport port on the kernel: the injector decides every message's fate, the kernel delivers what is left of it.</summary>
/// <param name="kernel">Time.</param>
/// <param name="injector">The links.</param>
/// <param name="health">Which nodes are up.</param>
/// <param name="paused">Keeps what reaches paused nodes.</param>
/// <param name="trace">Sees what happens.</param>
/// <param name="underway">Told of every message that is on its way.</param>
/// <param name="activationBytes">Bytes of an activation of so many images.</param>
/// <param name="carry">What arrives of a request's activation.</param>
/// <param name="damage">What arrives of a request's activation that its link has damaged.</param>
/// <param name="workload">Which requests are of the warm-up.</param>
/// <param name="wire">What a message becomes on its way (tests write and read it); null: itself.</param>
internal sealed class VirtualTransport(
    VirtualKernel kernel, LinkInjector injector, NodeHealth health, PausedNodes paused, IHopTrace trace, RequestsUnderway underway,
        Func<int, long> activationBytes, Func<object?, int, object?> carry, Func<object?, int, ActivationDamage, object?> damage, WorkloadSpec workload,
    Func<object, object>? wire = null) : ITransport
{
    /// <summary>The endpoints' actors, by index.</summary>
    public IActorRef[] Endpoints { get; set; } = [];

    /// <summary>Tells an endpoint what comes from outside the network, whatever state it is in: its faults, the start.</summary>
    public void Tell(int endpoint, object message) => Endpoints[endpoint].Tell(Carried(message));

    /// <summary>Tells an endpoint what membership tells it: a paused node learns of it when it goes on.</summary>
    public void Notify(int endpoint, object message)
    {
        object carried = Carried(message);
        if (paused.IsPaused(endpoint))
            Hold(endpoint, Incarnation(endpoint), carried);
        else
            Endpoints[endpoint].Tell(carried);
    }

    public void Send(int from, int to, HopMessage message)
    {
        Journey journey = message.Journey;
        var key = new MessageKey(journey.Request, journey.NextLayer, message.Attempt, journey.Branch, message.Incarnation) { Part = journey.NextHop.Part };
        SendVerdict verdict = injector.Send(from, to, in key, activationBytes(journey.ImagesCarried), kernel.Now, workload.IsWarmUp(journey.Deadline));
        if (verdict.Fate == MessageFate.LinkDown)
        {
            trace.Fate(message, HopFate.LinkDown);
            return;
        }

        int incarnation = Incarnation(to);
        HopMessage? arriving = null;
        for (int i = 0; i < verdict.Copies; i++)
        {
            CopyVerdict copy = verdict[i];
            if (HopFate.Of(copy.Fate) is { } end)
            {
                trace.Fate(message, end);
                continue;
            }

            arriving ??= Crossing(message);
            underway.Add(journey.Request);
            HopMessage own = copy.Damage is null ? arriving : Damaged(arriving, copy.Damage);
            object carried = Carried(copy.Copy == 0 ? own : own with { Copy = copy.Copy });
            if (injector.HasDownlink(to))
                ScheduleBehindDownlink(from, to, incarnation, copy, carried);
            else
                kernel.Schedule(copy.At, EventKind.Delivery, m => Arrive(from, to, incarnation, copy, (HopMessage)m!), carried);
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
        var key = new MessageKey(message.Hop.Request, message.Layer, attempt, message.Hop.Branch, Incarnation(from), answered) { Part = message.Hop.Part };
        ControlVerdict verdict = injector.SendControl(from, to, kind, in key, copy, kernel.Now);
        if (!verdict.Delivered)
            return;
        int incarnation = Incarnation(to);
        if (kind != ControlKind.Heartbeat)
            underway.Add(message.Hop.Request);
        kernel.Schedule(verdict.At, EventKind.Delivery, m => ReceiveControl(to, incarnation, (ControlMessage)m!), Carried(message));
    }

    private void ReceiveControl(int to, int incarnation, ControlMessage message)
    {
        if (paused.IsPaused(to))
        {
            paused.Hold(to, () => ReceiveControl(to, incarnation, message));
            return;
        }

        Receive(to, incarnation, message);
        if (message is not (HeartbeatAsked or HeartbeatAnswered))
            underway.Remove(message.Hop.Request);
    }

    private void Receive(int to, int incarnation, object message)
    {
        if (paused.IsPaused(to))
            Hold(to, incarnation, message);
        else if (IsUp(to, incarnation))
            Endpoints[to].Tell(message);
    }

    // Methods of their own, so that only what is held costs a closure.
    private void Hold(int to, int incarnation, object message) => paused.Hold(to, () => Receive(to, incarnation, message));

    private void Hold(int from, int to, int incarnation, CopyVerdict copy, HopMessage message) =>
        paused.Hold(to, () => Arrive(from, to, incarnation, copy, message));

    /// <summary>A method of its own, so that only who has a downlink pays for the closure.</summary>
    private void ScheduleBehindDownlink(int from, int to, int incarnation, CopyVerdict copy, object message) =>
        kernel.Schedule(copy.At, EventKind.Delivery, m =>
        {
            // What comes to a paused node waits behind the line, not before it.
            Instant through = IsUp(to, incarnation)
                ? injector.PassDownlink(from, to, incarnation, copy.ArrivingBytes(activationBytes(((HopMessage)m!).Journey.ImagesCarried)), kernel.Now)
                : kernel.Now;
            if (through == kernel.Now)
                Arrive(from, to, incarnation, copy, (HopMessage)m!);
            else
                kernel.Schedule(through, EventKind.Delivery, late => Arrive(from, to, incarnation, copy, (HopMessage)late!), m);
        }, message);

    private void Arrive(int from, int to, int incarnation, CopyVerdict copy, HopMessage message)
    {
        if (paused.IsPaused(to))
        {
            Hold(from, to, incarnation, copy, message);
            return;
        }

        bool up = IsUp(to, incarnation);
        injector.CountArrival(from, to, copy.Fate, up, copy.Overtakes, workload.IsWarmUp(message.Journey.Deadline));
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
            Endpoints[to].Tell(message);
        }

        underway.Remove(message.Journey.Request);
    }

    private HopMessage Crossing(HopMessage message)
    {
        Journey journey = message.Journey;
        object? arriving = carry(journey.Activation, journey.Request);
        return ReferenceEquals(arriving, journey.Activation) ? message : message with { Journey = journey with { Activation = arriving } };
    }

    private HopMessage Damaged(HopMessage message, ActivationDamage by)
    {
        Journey journey = message.Journey;
        return message with { Journey = journey with { Activation = damage(journey.Activation, journey.Request, by) } };
    }

    private object Carried(object message) => wire is null ? message : wire(message);

    // The coordinator (endpoint 0) does not crash on the virtual clock.
    private int Incarnation(int endpoint) => endpoint == 0 ? 1 : health.Incarnation(endpoint);

    private bool IsUp(int endpoint, int incarnation) => endpoint == 0 || (health.IsUp(endpoint) && health.Incarnation(endpoint) == incarnation);
}
