using Akka.Dispatch;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Simulation;

/// <summary>
/// Owns virtual time. Actors' mailbox runs wait in one FIFO and are run on the caller's thread; only when it is empty does time advance, to the next event
/// ordered by (time, kind, sequence). No thread pool and no wall clock take part, so two runs are the same run.
/// </summary>
public sealed class VirtualKernel
{
    private const int CompactionThreshold = 4096;

    private readonly PriorityQueue<VirtualEvent, (long Time, int Kind, long Sequence)> events = new();
    private readonly Queue<IRunnable> runs = new();
    private readonly Lock gate = new();
    private long sequence;
    private bool draining;
    private volatile int driver = Environment.CurrentManagedThreadId;

    /// <summary>The present instant.</summary>
    public Instant Now { get; private set; }

    /// <summary>Events fired so far.</summary>
    public long EventsFired { get; private set; }

    /// <summary>Entries in the queue, called-off ones included.</summary>
    public int QueueLength => events.Count;

    /// <summary>Whether nothing is to come but the next fault: of those that strike for ever there always is one.</summary>
    internal bool AwaitsFaultsOnly => events.Count == 1 && events.TryPeek(out _, out (long, int Kind, long) due) && due.Kind == (int)EventKind.Fault;

    /// <summary>Told of every event just before it fires; null: nobody is.</summary>
    internal Action<EventKind, object?>? Fires { get; set; }

    /// <summary>Whether the caller is on the thread that ran mailboxes last: the only one that may touch the events.</summary>
    internal bool IsDriver => driver == Environment.CurrentManagedThreadId;

    /// <summary>Schedules an action with its argument.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The instant has passed.</exception>
    public ITimerHandle Schedule(Instant at, EventKind kind, Action<object?> action, object? argument = null)
    {
        if (at < Now)
            throw new ArgumentOutOfRangeException(nameof(at), $"An event at {at} cannot be scheduled: it is {Now} already.");
        var entry = new VirtualEvent(action, argument);
        events.Enqueue(entry, (at.Nanoseconds, (int)kind, sequence++));
        return entry;
    }

    /// <summary>Takes a mailbox run (from the dispatcher).</summary>
    public void Enqueue(IRunnable run)
    {
        lock (gate) // Akka may hand over from a foreign thread while a system starts or ends; never during a trial
            runs.Enqueue(run);
    }

    /// <summary>Runs mailboxes until all are empty. Time stands still.</summary>
    public void Drain()
    {
        if (draining)
            throw new InvalidOperationException("The kernel does not drain within a mailbox run.");
        draining = true;
        driver = Environment.CurrentManagedThreadId;
        try
        {
            while (TryDequeue(out IRunnable? run))
                run.Run();
        }
        finally
        {
            draining = false;
        }
    }

    /// <summary>Fires the next event and drains; false if the queue is empty.</summary>
    public bool Step()
    {
        Drain();
        while (events.TryDequeue(out VirtualEvent? entry, out (long Time, int Kind, long Sequence) due))
        {
            if (entry.IsCancelled)
                continue;
            Now = new Instant(due.Time);
            EventsFired++;
            Fires?.Invoke((EventKind)due.Kind, entry.Argument);
            entry.Fire();
            Drain();
            return true;
        }

        return false;
    }

    /// <summary>Steps until the condition holds; false if the events ran out before.</summary>
    public bool RunUntil(Func<bool> condition, CancellationToken cancellation = default)
    {
        Drain();
        while (!condition())
        {
            cancellation.ThrowIfCancellationRequested();
            if (!Step())
                return false;
        }

        return true;
    }

    /// <summary>Forgets all events and returns to t = 0, for the next trial.</summary>
    public void Reset()
    {
        Drain();
        events.Clear();
        Now = Instant.Zero;
        sequence = 0;
    }

    /// <summary>Rebuilds the queue without called-off entries where they are most of it (timers that were answered in time).</summary>
    internal void Compact()
    {
        if (events.Count < CompactionThreshold)
            return;
        var live = events.UnorderedItems.Where(item => !item.Element.IsCancelled).ToArray();
        if (live.Length * 2 > events.Count)
            return;
        events.Clear(); // order is by (time, kind, sequence), all distinct: the heap's layout cannot reach a result
        foreach ((VirtualEvent element, (long, int, long) priority) in live)
            events.Enqueue(element, priority);
    }

    private bool TryDequeue([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IRunnable? run)
    {
        lock (gate)
            return runs.TryDequeue(out run);
    }
}

/// <summary>One entry of the kernel's queue. Cancelling leaves it in the queue, to be passed over.</summary>
internal sealed class VirtualEvent(Action<object?> fire, object? state) : ITimerHandle
{
    private Action<object?>? action = fire;
    private object? argument = state;

    public bool IsCancelled => action is null;

    /// <summary>What it carries; null once it has fired or was called off.</summary>
    public object? Argument => argument;

    public void Cancel()
    {
        action = null;
        argument = null; // what it would have carried can be collected now
    }

    public void Fire()
    {
        Action<object?>? run = action;
        object? with = argument;
        Cancel();
        run?.Invoke(with);
    }
}

/// <summary>Kinds of events. Those due at one instant fire in this order, then in the order in which they were scheduled.</summary>
public enum EventKind
{
    /// <summary>A fault begins or ends.</summary>
    Fault,

    /// <summary>What follows from a fault some time later: others take over.</summary>
    Recovery,

    /// <summary>A message reaches an endpoint.</summary>
    Delivery,

    /// <summary>A layer is done with a request.</summary>
    ComputeEnd,

    /// <summary>A timer of an actor.</summary>
    Timer,

    /// <summary>A request is submitted.</summary>
    Arrival,
}
