using LayerShuffle.Actors.Messages;
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
