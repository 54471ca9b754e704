using Akka.Actor;
using LayerShuffle.Actors.Faults;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Simulation;

/// <summary>The clock port on the kernel.</summary>
/// <param name="kernel">Time.</param>
/// <param name="paused">Keeps the timers of paused nodes; null: none pauses.</param>
internal sealed class VirtualClock(VirtualKernel kernel, PausedNodes? paused = null) : IClock
{
    private int untilCompaction = 100_000;

    public Instant Now => kernel.Now;

    public ITimerHandle TellAfter(Duration delay, IActorRef target, object message)
    {
        if (--untilCompaction == 0)
        {
            kernel.Compact();
            untilCompaction = 100_000;
        }

        return Schedule(kernel.Now + delay, EventKind.Timer, target, message);
    }

    public ITimerHandle TellAt(Instant at, IActorRef target, object message) =>
        Schedule(at, KindOf(message), target, message);

    private static EventKind KindOf(object message) => message switch
    {
        FaultEvent => EventKind.Fault,
        RecoveryDue => EventKind.Recovery,
        SubmitRequest => EventKind.Arrival,
        _ => EventKind.Timer,
    };

    private ITimerHandle Schedule(Instant at, EventKind kind, IActorRef target, object message) => kernel.Schedule(at, kind, m =>
    {
        if (paused?.HoldsTimer(target, m!) != true)
            target.Tell(m!);
    }, message);
}
