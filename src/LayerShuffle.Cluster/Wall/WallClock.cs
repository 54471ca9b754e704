using Akka.Actor;
using LayerShuffle.Cluster.Ports;
using LayerShuffle.Network.Time;

namespace LayerShuffle.Cluster.Wall;

/// <summary>The clock port on the machine's monotonic clock: time of one trial, whose zero all endpoints agree on. Before the zero is known it stands at 0 and timers must not be set.</summary>
/// <param name="timer">The timer of this process.</param>
internal sealed class WallClock(PreciseTimer timer) : IClock
{
    private long zero = long.MaxValue;

    /// <summary>The trial's zero in nanoseconds of this machine's monotonic clock (<see cref="PreciseTimer.Now"/>).</summary>
    public long Zero
    {
        get => Volatile.Read(ref zero);
        set => Volatile.Write(ref zero, value);
    }

    public Instant Now => new(Math.Max(0, timer.Now - Zero));

    public ITimerHandle TellAfter(Duration delay, IActorRef target, object message) => At(Now + delay, () => target.Tell(message));

    public ITimerHandle TellAt(Instant at, IActorRef target, object message) => At(at, () => target.Tell(message));

    /// <summary>Waits for an instant.</summary>
    public async Task ReachAsync(Instant at, CancellationToken cancellation)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ITimerHandle timer = At(at, () => reached.TrySetResult());
        try
        {
            await reached.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            timer.Cancel();
        }
    }

    /// <summary>Runs an action at an instant, on the timer's thread.</summary>
    public ITimerHandle At(Instant at, Action action)
    {
        long origin = Zero;
        return timer.At(at.Nanoseconds > long.MaxValue - Math.Max(0, origin) ? long.MaxValue : origin + at.Nanoseconds, action);
    }
}
