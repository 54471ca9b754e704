using Akka.Actor;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// The clock port on the machine's monotonic clock: time of one trial, whose zero all endpoints agree on. Before the zero is known it stands at 0 and keeps the
/// timers: an endpoint may hear from another that has begun before it knows of the beginning itself.
/// </summary>
/// <param name="timer">The timer of this process.</param>
internal sealed class WallClock(PreciseTimer timer) : IClock
{
    private const long Unknown = long.MaxValue;
    private readonly Lock gate = new();
    private List<EarlyTimer>? early = [];
    private long zero = Unknown;

    public Instant Now => new(Math.Max(0, timer.Now - Volatile.Read(ref zero)));

    /// <summary>The zero is known: timers that were set before run from now on.</summary>
    /// <param name="at">In nanoseconds of this machine's monotonic clock (<see cref="PreciseTimer.Now"/>).</param>
    public void Begin(long at)
    {
        List<EarlyTimer> kept;
        lock (gate)
        {
            (kept, early) = (early ?? [], null);
            Volatile.Write(ref zero, at);
        }

        foreach (EarlyTimer set in kept)
            set.Run(Set);
    }

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
        if (Volatile.Read(ref zero) == Unknown)
        {
            lock (gate)
            {
                if (early is not null)
                {
                    var set = new EarlyTimer(at, action);
                    early.Add(set);
                    return set;
                }
            }
        }

        return Set(at, action);
    }

    private ITimerHandle Set(Instant at, Action action)
    {
        long origin = Volatile.Read(ref zero);
        return timer.At(at.Nanoseconds > long.MaxValue - Math.Max(0, origin) ? long.MaxValue : origin + at.Nanoseconds, action);
    }

    private sealed class EarlyTimer(Instant at, Action action) : ITimerHandle
    {
        private readonly Lock gate = new();
        private ITimerHandle? running;
        private bool cancelled;

        public void Run(Func<Instant, Action, ITimerHandle> set)
        {
            lock (gate)
            {
                if (!cancelled)
                    running = set(at, action);
            }
        }

        public void Cancel()
        {
            lock (gate)
            {
                cancelled = true;
                running?.Cancel();
            }
        }
    }
}
