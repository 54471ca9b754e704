using Akka.Actor;
using LayerShuffle.Network.Time;

namespace LayerShuffle.Cluster.Ports;

/// <summary>Time as actors see it, virtual or wall.</summary>
public interface IClock
{
    /// <summary>Time since the trial's first submission.</summary>
    Instant Now { get; }

    /// <summary>Tells an actor something after a while.</summary>
    ITimerHandle TellAfter(Duration delay, IActorRef target, object message);

    /// <summary>Tells the coordinator to submit, at an instant.</summary>
    ITimerHandle TellAt(Instant at, IActorRef target, object message);
}
