using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Tracing;

/// <summary>Turns what is seen of hops into dated events.</summary>
public abstract class HopEventTrace : IHopTrace
{
    /// <summary>The time of what is seen.</summary>
    protected abstract Instant Now { get; }

    /// <summary>Takes an event.</summary>
    protected abstract void Seen(in HopEvent seen);

    /// <inheritdoc/>
    public void Sent(HopMessage message, int to) => Seen(HopEvent.Of(HopEventKind.Sent, Now, message, to));

    /// <inheritdoc/>
    public void Local(HopMessage message) => Seen(HopEvent.Of(HopEventKind.Local, Now, message, message.From));

    /// <inheritdoc/>
    public void Delivered(HopMessage message) => Seen(HopEvent.Of(HopEventKind.Delivered, Now, message));

    /// <inheritdoc/>
    public void Garbled(HopMessage message) => Seen(HopEvent.Of(HopEventKind.Delivered, Now, message, fate: HopFate.Garbled));

    /// <inheritdoc/>
    public void Fate(HopMessage message, string fate) => Seen(HopEvent.Of(HopEventKind.Fate, Now, message, fate: fate));

    /// <inheritdoc/>
    public void Acknowledged(HopAcknowledged ack, int to) => Seen(HopEvent.Acknowledged(Now, ack, to));

    /// <inheritdoc/>
    public void ComputeStarted(HopMessage message, int at) => Seen(HopEvent.Of(HopEventKind.ComputeStarted, Now, message, at));

    /// <inheritdoc/>
    public void ComputeEnded(HopMessage message, int at) => Seen(HopEvent.Of(HopEventKind.ComputeEnded, Now, message, at));

    /// <inheritdoc/>
    public void PeerDownDetected(int peer, int incarnation) => Seen(HopEvent.PeerDownDetected(Now, peer, incarnation));
}

/// <summary>Gathers the events of an endpoint in batches for the coordinator. May be called from several threads.</summary>
/// <param name="self">The endpoint.</param>
/// <param name="clock">The trial's clock, which dates the events.</param>
/// <param name="send">Takes a batch. Called with a lock held, so that batches keep their order: it must only hand the batch on.</param>
/// <param name="batch">Events that make a batch without waiting for <see cref="Flush"/>.</param>
public sealed class HopEventRecorder(int self, IClock clock, Action<HopEvents> send, int batch = 512) : HopEventTrace
{
    private readonly Lock gate = new();
    private readonly List<HopEvent> events = new(batch);

    /// <inheritdoc/>
    protected override Instant Now => clock.Now;

    /// <summary>Hands on what has been seen since the last batch, if anything.</summary>
    public void Flush()
    {
        lock (gate)
            Send();
    }

    /// <inheritdoc/>
    protected override void Seen(in HopEvent seen)
    {
        lock (gate)
        {
            events.Add(seen.Kind == HopEventKind.Delivered ? seen with { To = self } : seen);
            if (events.Count >= batch)
                Send();
        }
    }

    private void Send()
    {
        if (events.Count == 0)
            return;
        var taken = new HopEvents(self, [.. events]);
        events.Clear();
        send(taken);
    }
}

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
