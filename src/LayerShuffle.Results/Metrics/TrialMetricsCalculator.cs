using LayerShuffle.Network.Records;
using LayerShuffle.Network.Routing;
using LayerShuffle.Results.Statistics;

namespace LayerShuffle.Results.Metrics;

/// <summary>Computes <see cref="TrialMetrics"/>, from a trial's records or from its row.</summary>
internal static class TrialMetricsCalculator
{
    public static TrialMetrics Compute(TrialRecord record)
    {
        var completed = record.Requests.Where(request => request.Outcome == RequestOutcome.Completed).ToList();
        var images = record.Requests.Sum(request => (long)request.Images);
        var completedImages = completed.Sum(request => (long)request.Images);
        var correct = completed.Sum(request => (long)(request.Correct ?? 0));
        var correctTop5 = completed.Sum(request => (long)(request.CorrectTop5 ?? 0));
        var latencies = completed.Select(LatencyMs).Order().ToArray();
        var allLatencies = record.Requests.Select(request => request.Outcome == RequestOutcome.Completed ? LatencyMs(request) : record.Deadline.TotalMilliseconds)
            .Order().ToArray();

        return new TrialMetrics
        {
            Requests = record.Requests.Count,
            Completed = completed.Count,
            Failed = record.Requests.Count - completed.Count,
            Images = images,
            Top1 = record.HasModel ? Ratio(correct, images) : null,
            Top5 = record.HasModel ? Ratio(correctTop5, images) : null,
            Top1Completed = record.HasModel ? Ratio(correct, completedImages) : null,
            LatencyMeanMs = Mean(latencies),
            LatencyP50Ms = Quantile(latencies, 0.5),
            LatencyP95Ms = Quantile(latencies, 0.95),
            LatencyP99Ms = Quantile(latencies, 0.99),
            LatencyP95AllMs = Quantile(allLatencies, 0.95),
            ThroughputImagesPerS = Ratio(completedImages, record.Length.TotalSeconds),
            LayersExecutedMean = Mean([.. completed.Select(request => (double)(request.Order?.Count ?? 0))]),
            LayersSkippedMean = Mean([.. completed.Select(request => (double)(request.Skipped?.Count ?? 0))]),
            KendallTauDistanceMean = Mean([.. completed.Select(request => KendallTau.NormalizedDistance(request.Order ?? []))]),
            MessagesSent = record.Links.Sum(link => link.MessagesSent),
            MessagesLost = record.Links.Sum(link => link.Lost + link.DroppedLinkDown + link.DroppedReceiverDown),
            MessagesDuplicated = record.Links.Sum(link => link.Duplicated),
            MessagesCorrupted = record.Links.Sum(link => link.Corrupted),
            MessagesReordered = record.Links.Sum(link => link.Overtook),
            Retries = record.Retries,
            ResultsSuperseded = record.ResultsSuperseded,
            BytesSent = record.Links.Sum(link => link.Bytes),
            DurationS = record.Length.TotalSeconds,
        };
    }

    /// <summary>The metrics that a row of <c>conditions.csv</c> tells.</summary>
    public static TrialMetrics Read(Func<string, double?> cell)
    {
        long Count(string column) => checked((long)(cell(column) ?? throw new InvalidDataException($"conditions.csv has a blank cell under '{column}'.")));

        return new TrialMetrics
        {
            Requests = Count("requests"),
            Completed = Count("completed"),
            Failed = Count("failed"),
            Images = Count("images"),
            Top1 = cell("top1"),
            Top5 = cell("top5"),
            Top1Completed = cell("top1_completed"),
            LatencyMeanMs = cell("latency_mean_ms"),
            LatencyP50Ms = cell("latency_p50_ms"),
            LatencyP95Ms = cell("latency_p95_ms"),
            LatencyP99Ms = cell("latency_p99_ms"),
            LatencyP95AllMs = cell("latency_p95_all_ms"),
            ThroughputImagesPerS = cell("throughput_images_per_s"),
            LayersExecutedMean = cell("layers_executed_mean"),
            LayersSkippedMean = cell("layers_skipped_mean"),
            KendallTauDistanceMean = cell("kendall_tau_distance_mean"),
            MessagesSent = Count("messages_sent"),
            MessagesLost = Count("messages_lost"),
            MessagesDuplicated = Count("messages_duplicated"),
            MessagesCorrupted = Count("messages_corrupted"),
            MessagesReordered = Count("messages_reordered"),
            Retries = Count("retries"),
            ResultsSuperseded = Count("results_superseded"),
            BytesSent = Count("bytes_sent"),
            DurationS = cell("duration_s") ?? 0,
        };
    }

    private static double LatencyMs(RequestRecord request) =>
        request.Latency?.TotalMilliseconds ?? throw new InvalidDataException($"Request {request.Request} completed without a latency.");

    private static double? Ratio(double part, double whole) => whole > 0 ? part / whole : null;

    private static double? Mean(double[] values) => values.Length > 0 ? values.Sum() / values.Length : null;

    private static double? Quantile(double[] ascending, double probability) => ascending.Length > 0 ? Quantiles.Linear(ascending, probability) : null;
}
