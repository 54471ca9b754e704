using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Results.Csv;

/// <summary>Renders a trial's rows for the files that tell of single events.</summary>
internal static class TrialRows
{
    public static CsvBuffer AddKey(this CsvBuffer rows, TrialKey key) =>
        rows.Add(key.Trial).Add(key.Model).Add(key.TrainingSeed).Add(key.Policy).Add(key.Condition).Add(key.Repeat);

    public static void AddRequest(this CsvBuffer rows, TrialKey trial, RequestRecord request) =>
        rows.AddKey(trial).Add(request.Request).Add(request.FirstImage).Add(request.Images).AddCount(request.Correct).AddCount(request.CorrectTop5)
            .Add(OutcomeName(request.Outcome)).Add(request.Submitted.TotalMilliseconds).Add(request.Latency?.TotalMilliseconds)
            .Add(CsvFormat.Layers(request.Order)).Add(CsvFormat.Layers(request.Skipped)).Add(CsvFormat.Layers(request.Pruned))
            .Add(request.Order is { } order ? KendallTau.NormalizedDistance(order) : null).AddCount(request.Retries)
            .Add(request.WarmUp ? "true" : "false").EndRow();

    public static void AddHop(this CsvBuffer rows, TrialKey trial, HopRecord hop) =>
        rows.AddKey(trial).Add(hop.Request).Add(hop.Branch).Add(hop.Position).Add(hop.Attempt).Add(hop.From).Add(hop.To).AddCount(hop.Layer)
            .Add(hop.Sent.TotalMilliseconds).Add(hop.Delivered?.TotalMilliseconds).Add(hop.Acked?.TotalMilliseconds)
            .Add(hop.ComputeStart?.TotalMilliseconds).Add(hop.ComputeEnd?.TotalMilliseconds).Add(hop.Fate).EndRow();

    public static void AddFaults(this CsvBuffer rows, TrialRecord trial)
    {
        foreach (var entry in trial.Ledger)
            rows.AddKey(trial.Key).Add(entry.Time.TotalMilliseconds).Add(entry.Fault).Add(entry.Kind).Add(entry.Target).Add(entry.Effect)
                .Add(entry.Requested?.TotalMilliseconds).Add(entry.Lasted?.TotalMilliseconds).EndRow();
    }

    public static void AddLinks(this CsvBuffer rows, TrialRecord trial)
    {
        foreach (var link in trial.Links)
        {
            var asked = link.Asked;
            rows.AddKey(trial.Key).Add(link.From).Add(link.To)
                .Add(asked.Loss).Add(Rate(link.Lost, link.Lost + link.DroppedQueue + link.Carried))
                .Add(asked.Duplicate).Add(Rate(link.Duplicated, link.MessagesSent - link.DroppedLinkDown))
                .Add(asked.Corrupt).Add(Rate(link.CorruptDrawn, link.Carried))
                .Add(asked.Reorder).Add(Rate(link.ReorderDrawn, link.Carried))
                .Add(asked.Latency.Mean.TotalMilliseconds).Add(link.LatencyMeanMs).Add(link.LatencyStdMs)
                .Add(link.MessagesSent).Add(link.Delivered).Add(link.Lost).Add(link.Duplicated).Add(link.Corrupted).Add(link.Overtook)
                .Add(link.DroppedLinkDown).Add(link.DroppedReceiverDown).Add(link.ControlMessages).Add(link.Bytes)
                .Add(Rate(link.Busy.Nanoseconds, trial.Length.Nanoseconds)).Add(link.DroppedQueue).AddCount(link.PacketsLost)
                .Add(link.Bursts > 0 ? link.Lost / (double)link.Bursts : null).EndRow();
        }
    }

    private static double? Rate(long count, long of) => of > 0 ? (double)count / of : null;

    private static string OutcomeName(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Completed => "completed",
        RequestOutcome.Failed => "failed",
        RequestOutcome.DeadlineExceeded => "deadline_exceeded",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "An outcome without a name in requests.csv."),
    };
}
