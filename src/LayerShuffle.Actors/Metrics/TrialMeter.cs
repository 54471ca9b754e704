using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Metrics;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Metrics;

/// <summary>Turns what the endpoints of a trial see into metrics of the coordinator's process: one place to export from.</summary>
public sealed class TrialMeter
{
    private readonly Dictionary<(HopId Hop, int Attempt, int From, int Incarnation), Instant> started = []; // looked up by key only

    /// <summary>A batch of events of one endpoint, in order.</summary>
    public void Seen(HopEvents batch)
    {
        foreach (HopEvent seen in batch.Events)
            Seen(seen);
    }

    /// <summary>An event.</summary>
    public void Seen(in HopEvent seen)
    {
        switch (seen.Kind)
        {
            case HopEventKind.Sent:
                ClusterMetrics.HopSent(seen.Attempt > 0);
                break;
            case HopEventKind.Fate:
                ClusterMetrics.HopLost(seen.Fate ?? "");
                break;
            case HopEventKind.ComputeStarted:
                started[(seen.Hop, seen.Attempt, seen.From, seen.Incarnation)] = seen.At;
                break;
            case HopEventKind.ComputeEnded when started.Remove((seen.Hop, seen.Attempt, seen.From, seen.Incarnation), out Instant begin):
                ClusterMetrics.LayerComputed(seen.Layer, (seen.At - begin).TotalSeconds);
                break;
        }
    }

    /// <summary>A request has its outcome.</summary>
    public static void Ended(RequestRecord record, Instant now)
    {
        string outcome = record.Outcome switch
        {
            RequestOutcome.Completed => "completed",
            RequestOutcome.Failed => "failed",
            _ => "deadline_exceeded",
        };
        ClusterMetrics.RequestEnded(outcome, (record.Latency ?? now - record.Submitted).TotalSeconds);
    }
}

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
