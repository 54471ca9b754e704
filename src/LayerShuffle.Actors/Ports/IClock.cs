using Akka.Actor;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Ports;

/// <summary>Time as actors see it, virtual or wall.</summary>
public interface IClock
{
    /// <summary>Time since the trial's first submission.</summary>
    Instant Now { get; }

    /// <summary>Tells an actor something after a while.</summary>
    ITimerHandle TellAfter(Duration delay, IActorRef target, object message);

    /// <summary>Tells an actor something at an instant. Of what is due at one instant on the virtual clock, faults come first and submissions last.</summary>
    ITimerHandle TellAt(Instant at, IActorRef target, object message);
}

/// <summary>A timer that can be called off.</summary>
public interface ITimerHandle
{
    /// <summary>Calls it off; nothing happens if it has fired.</summary>
    void Cancel();
}
