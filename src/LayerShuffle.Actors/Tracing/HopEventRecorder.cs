using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;

namespace LayerShuffle.Actors.Tracing;

/// <summary>Turns what an endpoint sees of hops into dated events, in batches for the coordinator. May be called from several threads.</summary>
/// <param name="self">The endpoint.</param>
/// <param name="clock">The trial's clock, which dates the events.</param>
/// <param name="send">Takes a batch. Called with a lock held, so that batches keep their order: it must only hand the batch on.</param>
/// <param name="batch">Events that make a batch without waiting for <see cref="Flush"/>.</param>
public sealed class HopEventRecorder(int self, IClock clock, Action<HopEvents> send, int batch = 512) : IHopTrace
{
    private readonly Lock gate = new();
    private readonly List<HopEvent> events = new(batch);

    /// <inheritdoc/>
    public void Sent(HopMessage message, int to) => Add(HopEvent.Of(HopEventKind.Sent, clock.Now, message, to));

    /// <inheritdoc/>
    public void Local(HopMessage message) => Add(HopEvent.Of(HopEventKind.Local, clock.Now, message, message.From));

    /// <inheritdoc/>
    public void Delivered(HopMessage message) => Add(HopEvent.Of(HopEventKind.Delivered, clock.Now, message, self));

    /// <inheritdoc/>
    public void Garbled(HopMessage message) => Add(HopEvent.Of(HopEventKind.Delivered, clock.Now, message, self, HopFate.Garbled));

    /// <inheritdoc/>
    public void Fate(HopMessage message, string fate) => Add(HopEvent.Of(HopEventKind.Fate, clock.Now, message, fate: fate));

    /// <inheritdoc/>
    public void Acknowledged(HopAcknowledged ack, int to) => Add(HopEvent.Acknowledged(clock.Now, ack, to));

    /// <inheritdoc/>
    public void ComputeStarted(HopMessage message, int at) => Add(HopEvent.Of(HopEventKind.ComputeStarted, clock.Now, message, at));

    /// <inheritdoc/>
    public void ComputeEnded(HopMessage message, int at) => Add(HopEvent.Of(HopEventKind.ComputeEnded, clock.Now, message, at));

    /// <inheritdoc/>
    public void PeerDownDetected(int peer, int incarnation) => Add(HopEvent.PeerDownDetected(clock.Now, peer, incarnation));

    /// <summary>Hands on what has been seen since the last batch, if anything.</summary>
    public void Flush()
    {
        lock (gate)
            Send();
    }

    private void Add(in HopEvent seen)
    {
        lock (gate)
        {
            events.Add(seen);
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
