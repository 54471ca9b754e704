using System.Runtime.InteropServices;
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

/// <summary>
/// A timer finer than a millisecond, on a thread of its own: Akka's wheel ticks every 10 ms and the operating system's timed waits every millisecond, either of
/// which would drown injected latencies. The last two milliseconds before a due time are slept in short steps (<c>nanosleep</c>, where there is one).
/// </summary>
public sealed class PreciseTimer : IDisposable
{
    private const long NanosecondsPerMillisecond = 1_000_000;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly AutoResetEvent changed = new(false);
    private readonly PriorityQueue<Entry, (long Due, long Sequence)> entries = new();
    private readonly Action<Exception>? failed;
    private long sequence;
    private volatile bool disposed;

    /// <summary>Starts the thread.</summary>
    /// <param name="time">The monotonic clock.</param>
    /// <param name="failed">Is given what an action throws; the timer goes on.</param>
    public PreciseTimer(TimeProvider time, Action<Exception>? failed = null)
    {
        (this.time, this.failed) = (time, failed);
        new Thread(Run) { IsBackground = true, Name = "precise timer", Priority = ThreadPriority.AboveNormal }.Start();
    }

    /// <summary>Nanoseconds of the machine's monotonic clock, the same for all processes of one machine.</summary>
    public long Now => (long)(time.GetTimestamp() * (1e9 / time.TimestampFrequency));

    /// <summary>Runs an action at a time of <see cref="Now"/>, on the timer's thread: it must only hand something on.</summary>
    public ITimerHandle At(long due, Action action)
    {
        var entry = new Entry(action);
        bool first;
        lock (gate)
        {
            entries.Enqueue(entry, (due, sequence++));
            first = ReferenceEquals(entries.Peek(), entry);
        }

        if (first)
            changed.Set();
        return entry;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        disposed = true;
        changed.Set();
    }

    private void Run()
    {
        while (!disposed)
        {
            Entry? ripe = null;
            long wait = long.MaxValue;
            lock (gate)
            {
                while (entries.TryPeek(out Entry? next, out (long Due, long Sequence) key))
                {
                    if (next.Cancelled)
                    {
                        entries.Dequeue();
                        continue;
                    }

                    wait = key.Due - Now;
                    if (wait <= 0)
                        ripe = entries.Dequeue();
                    break;
                }
            }

            if (ripe is not null)
                Fire(ripe);
            else
                Wait(wait);
        }
    }

    private void Fire(Entry entry)
    {
        try
        {
            entry.Fire();
        }
        catch (Exception exception)
        {
            failed?.Invoke(exception);
        }
    }

    private void Wait(long nanoseconds)
    {
        if (nanoseconds > 2 * NanosecondsPerMillisecond)
            changed.WaitOne((int)Math.Min(60_000, nanoseconds / NanosecondsPerMillisecond - 1));
        else if (!OperatingSystem.IsWindows())
            _ = Nanosleep(new Timespec { Nanoseconds = (nint)Math.Min(nanoseconds, 200_000) }, 0);
        else
            Thread.Yield();
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    private static extern int Nanosleep(in Timespec request, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    private sealed class Entry(Action action) : ITimerHandle
    {
        private Action? action = action;

        public bool Cancelled => Volatile.Read(ref action) is null;

        public void Cancel() => Interlocked.Exchange(ref action, null);

        public void Fire() => Interlocked.Exchange(ref action, null)?.Invoke();
    }
}
