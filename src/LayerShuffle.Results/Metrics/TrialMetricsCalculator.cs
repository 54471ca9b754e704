using LayerShuffle.Core.Records;

namespace LayerShuffle.Results.Metrics;

/// <summary>Computes <see cref="TrialMetrics"/>, from a trial's records or from its row.</summary>
internal static class TrialMetricsCalculator
{
    public static TrialMetrics Compute(TrialRecord record)
    {
        var builder = new TrialDataBuilder();
        foreach (var request in record.Requests)
            builder.Add(request);
        return builder.Metrics(record);
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
            Availability = cell("availability"),
            EnergyJPerImage = cell("energy_j_per_image"),
            FlopsPerImage = cell("flops_per_image"),
            CostPer1000Images = cell("cost_per_1000_images"),
            GoodputImagesPerS = cell("goodput_images_per_s"),
            Unhealed = (long?)cell("unhealed"),
            Hedges = (long?)cell("hedges"),
            EffectiveTimeRatio = cell("effective_time_ratio"),
            Loss = cell("loss"),
        };
    }
}
