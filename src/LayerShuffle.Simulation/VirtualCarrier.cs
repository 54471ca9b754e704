using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Actors.Protocol;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Simulation;

/// <summary>The carrier on the kernel: what is underway is an event.</summary>
/// <param name="kernel">Time.</param>
/// <param name="health">Which nodes are up.</param>
/// <param name="paused">Keeps what reaches paused nodes.</param>
/// <param name="underway">Told of every message that is on its way.</param>
/// <param name="carry">What arrives of a request's activation.</param>
/// <param name="damage">What arrives of a request's activation that its link has damaged.</param>
/// <param name="wire">What a message becomes on its way (tests write and read it); null: itself.</param>
internal sealed class VirtualCarrier(
    VirtualKernel kernel, NodeHealth health, PausedNodes paused, RequestsUnderway underway, Func<object?, int, object?> carry,
    Func<object?, int, ActivationDamage, object?> damage, Func<object, object>? wire = null) : ICarrier
{
    /// <summary>Gets what is due.</summary>
    public LinkTransport Transport { get; set; } = null!;

    /// <summary>The endpoints' actors, by index.</summary>
    public IActorRef[] Endpoints { get; set; } = [];

    public Instant Now => kernel.Now;

    public int? Addressee(int endpoint) => Life(endpoint);

    // The coordinator (endpoint 0) does not crash on the virtual clock.
    public int Life(int endpoint) => endpoint == 0 ? 1 : health.Incarnation(endpoint);

    public bool IsUp(int endpoint, int incarnation) => endpoint == 0 || (health.IsUp(endpoint) && health.Incarnation(endpoint) == incarnation);

    public bool IsPaused(int endpoint) => paused.IsPaused(endpoint);

    public void Hold(int endpoint, Action arrive) => paused.Hold(endpoint, arrive);

    /// <summary>Tells an endpoint what comes from outside the network, whatever state it is in: its faults, the start.</summary>
    public void Tell(int endpoint, object message) => Endpoints[endpoint].Tell(Carried(message));

    /// <summary>Tells an endpoint what membership tells it: a paused node learns of it when it goes on.</summary>
    public void Notify(int endpoint, object message)
    {
        object carried = Carried(message);
        if (paused.IsPaused(endpoint))
            Hold(endpoint, Life(endpoint), carried);
        else
            Endpoints[endpoint].Tell(carried);
    }

    public bool Carry(int from, int to, int incarnation, CopyVerdict copy, HopMessage message)
    {
        underway.Add(message.Journey.Request);
        kernel.Schedule(copy.At, EventKind.Delivery, m => Transport.Reach(from, to, incarnation, copy, (HopMessage)m!), Carried(Crossing(message, copy)));
        return true;
    }

    public void Carry(int from, int to, int incarnation, Instant due, ControlMessage message)
    {
        if (message is not (HeartbeatAsked or HeartbeatAnswered))
            underway.Add(message.Hop.Request);
        kernel.Schedule(due, EventKind.Delivery, m => ReceiveControl(to, incarnation, (ControlMessage)m!), Carried(message));
    }

    public void At(Instant due, Action action) => kernel.Schedule(due, EventKind.Delivery, act => ((Action)act!)(), action);

    public void Deliver(int endpoint, HopMessage message) => Endpoints[endpoint].Tell(message);

    public void Ended(HopMessage message) => underway.Remove(message.Journey.Request);

    private void ReceiveControl(int to, int incarnation, ControlMessage message)
    {
        if (paused.IsPaused(to))
        {
            Hold(to, incarnation, message);
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

    private void Hold(int to, int incarnation, ControlMessage message) => paused.Hold(to, () => ReceiveControl(to, incarnation, message));

    /// <summary>A hop as it arrives: its activation in the wire's format, and as its link has damaged it.</summary>
    private HopMessage Crossing(HopMessage message, CopyVerdict copy)
    {
        Journey journey = message.Journey;
        object? arriving = carry(journey.Activation, journey.Request);
        if (copy.Damage is not null)
            arriving = damage(arriving, journey.Request, copy.Damage);
        return ReferenceEquals(arriving, journey.Activation) ? message : message with { Journey = journey with { Activation = arriving } };
    }

    private object Carried(object message) => wire is null ? message : wire(message);
}
