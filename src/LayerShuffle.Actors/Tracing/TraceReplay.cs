using LayerShuffle.Actors.Messages;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Tracing;

/// <summary>
/// Feeds a trace from the events of many endpoints, which come in batches and late: ordered by (time, arrival). What is told of a hop before its sending is
/// known (clocks of two machines differ a little) waits for it. One thread at a time.
/// </summary>
/// <param name="trace">Where to; requests begin and end there as they always do.</param>
public sealed class TraceReplay(TraceRecorder trace)
{
    private readonly PriorityQueue<HopEvent, (long Time, long Arrival)> waiting = new();
    private List<HopEvent> early = [];
    private long arrivals;

    /// <summary>Events that have not reached the trace.</summary>
    public int Waiting => waiting.Count + early.Count;

    /// <summary>Takes a batch.</summary>
    public void Add(HopEvents batch)
    {
        foreach (HopEvent seen in batch.Events)
            waiting.Enqueue(seen, (seen.At.Nanoseconds, arrivals++));
    }

    /// <summary>Feeds the trace with all events up to an instant: one that is so long past that nothing of before it is still on its way.</summary>
    public void Advance(Instant until)
    {
        bool sent = false;
        while (waiting.TryPeek(out HopEvent seen, out (long Time, long Arrival) due) && due.Time <= until.Nanoseconds)
        {
            waiting.Dequeue();
            sent |= seen.Kind is HopEventKind.Sent or HopEventKind.Local;
            if (!trace.Apply(seen))
                early.Add(seen);
        }

        if (sent && early.Count > 0)
            early = [.. early.Where(seen => !trace.Apply(seen))];
    }

    /// <summary>Feeds the trace with all that is left; what belongs to no known sending is dropped (its sender died before it could tell).</summary>
    public void Complete()
    {
        Advance(Instant.Never);
        early.Clear();
    }
}
