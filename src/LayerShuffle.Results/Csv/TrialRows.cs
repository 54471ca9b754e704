using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Results.Recoveries;

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
            .Add(request.WarmUp ? "true" : "false").AddCount(request.Hedges).Add(request.Loss).EndRow();

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

    /// <summary>The outages of a trial.</summary>
    /// <param name="rows">Where they go.</param>
    /// <param name="trial">The trial.</param>
    /// <param name="times">Its requests; null where they were not kept, as no node could go down.</param>
    public static void AddRecovery(this CsvBuffer rows, TrialRecord trial, RequestTimes? times)
    {
        var outages = OutageFinder.Of(trial.Ledger, trial.Domains);
        if (outages.Count == 0 || times is null)
            return;
        var throughput = new Throughput(times.Completions(), trial.MeasuredFrom);
        foreach (var outage in outages)
            rows.AddKey(trial.Key).AddOutage(times.Hit(outage with { Recovered = throughput.Back(outage.Down) }, trial.HasModel));
    }

    /// <summary>The cells of an outage.</summary>
    public static void AddOutage(this CsvBuffer rows, OutageRecord outage) =>
        rows.Add(outage.Fault).Add(outage.Target).Add(outage.Down.TotalMilliseconds).Add(outage.Detected?.TotalMilliseconds)
            .Add(outage.Serving?.TotalMilliseconds).Add(outage.Recovered?.TotalMilliseconds).AddCount(outage.RequestsHit).AddCount(outage.RequestsFailed)
            .Add(outage.Top1During).AddCount(outage.StepsLost).AddCount(outage.StepsRepeated).AddCount(outage.StepsToRegain).EndRow();

    public static void AddReliability(this CsvBuffer rows, TrialRecord trial)
    {
        foreach (var set in trial.Reliability?.Sets ?? [])
            rows.AddKey(trial.Key).Add(string.Join(' ', set.Down)).Add(set.NodesDown).Add(set.Probability).Add(set.Top1).Add(set.Completion)
                .Add(set.LayersMissing).EndRow();
    }

    public static void AddImportance(this CsvBuffer rows, TrialRecord trial)
    {
        if (trial.Reliability is not { } reliability)
            return;
        var expected = reliability.Expected;
        var method = expected.IsExact ? "exact" : "monte_carlo";
        rows.AddKey(trial.Key).Add(ExpectedKind).Add("").Add(expected.Completion).Add("").Add("").Add(expected.Top1).Add(expected.Low).Add(expected.High)
            .Add(expected.Count).Add(method).EndRow();
        foreach (var one in reliability.Importance)
            rows.AddKey(trial.Key).Add(one.Kind).Add(one.Target).Add(one.Up).Add(one.Top1Up).Add(one.Top1Down).Add(one.Value).Add(one.Low).Add(one.High)
                .Add(expected.Count).Add(method).EndRow();
    }

    /// <summary>The kind of the row that tells the expected accuracy itself.</summary>
    public const string ExpectedKind = "expected";

    private static double? Rate(long count, long of) => of > 0 ? (double)count / of : null;

    private static string OutcomeName(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Completed => "completed",
        RequestOutcome.Failed => "failed",
        RequestOutcome.DeadlineExceeded => "deadline_exceeded",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "An outcome without a name in requests.csv."),
    };
}
