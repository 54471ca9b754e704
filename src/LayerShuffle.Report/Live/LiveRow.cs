using LayerShuffle.Core.Trials;
using LayerShuffle.Results.Metrics;

namespace LayerShuffle.Report.Live;

/// <summary>The trials of a model, condition and policy.</summary>
/// <param name="trial">One of them.</param>
/// <param name="place">Which row it is.</param>
internal sealed class LiveRow(TrialKey trial, int place)
{
    private Sum top1, p50, p95;
    private long requests, completed;

    /// <summary>How many trials there are.</summary>
    public int Trials { get; set; }

    /// <summary>How many are finished.</summary>
    public int Done { get; private set; }

    /// <summary>How much of the present one is done.</summary>
    public double Share { get; set; }

    /// <summary>When it last changed.</summary>
    public long Version { get; set; }

    /// <summary>A trial is finished.</summary>
    public void Finish(TrialMetrics metrics)
    {
        (Done, Share) = (Done + 1, 0);
        (requests, completed) = (requests + metrics.Requests, completed + metrics.Completed);
        (top1, p50, p95) = (top1.And(metrics.Top1), p50.And(metrics.LatencyP50Ms), p95.And(metrics.LatencyP95Ms));
    }

    /// <summary>What is shown of it.</summary>
    public LiveRowFacts Facts() => new(place, trial.Model, trial.Condition, trial.Policy, Trials, Done, Math.Min(1, (Done + Share) / Trials),
        requests, completed, top1.Mean, p50.Mean, p95.Mean);

    /// <summary>The sum over trials that have a value.</summary>
    private readonly record struct Sum(double Total, int Count)
    {
        /// <summary>The mean; null where no trial has a value.</summary>
        public double? Mean => Count > 0 ? Total / Count : null;

        /// <summary>With one more.</summary>
        public Sum And(double? value) => value is { } known && double.IsFinite(known) ? new Sum(Total + known, Count + 1) : this;
    }
}

/// <summary>A row as watchers get it.</summary>
internal sealed record LiveRowFacts(int Row, string Model, string Condition, string Policy, int Trials, int Done, double Share, long Requests, long Completed,
    double? Top1, double? P50, double? P95);
