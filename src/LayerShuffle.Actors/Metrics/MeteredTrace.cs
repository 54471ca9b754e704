using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Metrics;

/// <summary>Counts what a trace is told, for whoever looks at the metrics of a trial on the virtual clock. Durations are that clock's.</summary>
/// <param name="trace">The trace.</param>
/// <param name="now">The trial's time.</param>
public sealed class MeteredTrace(IHopTrace trace, Func<Instant> now) : IHopTrace
{
    private readonly TrialMeter meter = new();

    /// <inheritdoc/>
    public void Sent(HopMessage message, int to)
    {
        meter.Seen(HopEvent.Of(HopEventKind.Sent, now(), message, to));
        trace.Sent(message, to);
    }

    /// <inheritdoc/>
    public void Local(HopMessage message) => trace.Local(message);

    /// <inheritdoc/>
    public void Delivered(HopMessage message) => trace.Delivered(message);

    /// <inheritdoc/>
    public void Garbled(HopMessage message) => trace.Garbled(message);

    /// <inheritdoc/>
    public void Fate(HopMessage message, string fate)
    {
        meter.Seen(HopEvent.Of(HopEventKind.Fate, now(), message, fate: fate));
        trace.Fate(message, fate);
    }

    /// <inheritdoc/>
    public void Acknowledged(HopAcknowledged ack, int to) => trace.Acknowledged(ack, to);

    /// <inheritdoc/>
    public void ComputeStarted(HopMessage message, int at)
    {
        meter.Seen(HopEvent.Of(HopEventKind.ComputeStarted, now(), message, at));
        trace.ComputeStarted(message, at);
    }

    /// <inheritdoc/>
    public void ComputeEnded(HopMessage message, int at)
    {
        meter.Seen(HopEvent.Of(HopEventKind.ComputeEnded, now(), message, at));
        trace.ComputeEnded(message, at);
    }

    /// <inheritdoc/>
    public void PeerDownDetected(int peer, int incarnation) => trace.PeerDownDetected(peer, incarnation);
}
