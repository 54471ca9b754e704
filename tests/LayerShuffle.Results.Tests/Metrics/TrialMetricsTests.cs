using LayerShuffle.Core.Records;
using LayerShuffle.Results.Metrics;

namespace LayerShuffle.Results.Tests.Metrics;

public class TrialMetricsTests
{
    [Fact]
    public void A_trial_is_summed_up_as_by_hand()
    {
        var metrics = TrialMetrics.Compute(Sample.Trial());

        metrics.Requests.ShouldBe(3);
        metrics.Completed.ShouldBe(2);
        metrics.Failed.ShouldBe(1);
        metrics.Images.ShouldBe(6);
        metrics.Top1.ShouldBe(3 / 6.0);
        metrics.Top5.ShouldBe(4 / 6.0);
        metrics.Top1Completed.ShouldBe(3 / 4.0);
        metrics.LatencyMeanMs.ShouldBe(15.25);
        metrics.LatencyP50Ms.ShouldBe(15.25);
        metrics.LatencyP95Ms!.Value.ShouldBe(19.975, 1e-12);
        metrics.LatencyP95AllMs!.Value.ShouldBe(20.5 + 0.9 * (1000 - 20.5), 1e-9);
        metrics.ThroughputImagesPerS.ShouldBe(40);
        metrics.LayersExecutedMean.ShouldBe(2.5);
        metrics.LayersSkippedMean.ShouldBe(0.5);
        metrics.KendallTauDistanceMean.ShouldBe(0.5);
        metrics.MessagesSent.ShouldBe(200);
        metrics.MessagesLost.ShouldBe(2 * (9 + 10 + 4));
        metrics.MessagesDuplicated.ShouldBe(10);
        metrics.MessagesCorrupted.ShouldBe(4);
        metrics.MessagesReordered.ShouldBe(6);
        metrics.Retries.ShouldBe(7);
        metrics.ResultsSuperseded.ShouldBe(1);
        metrics.BytesSent.ShouldBe(2000);
        metrics.DurationS.ShouldBe(0.1);
        metrics.Completion.ShouldBe(2 / 3.0);
    }

    [Fact]
    public void What_cannot_be_computed_is_blank()
    {
        var metrics = TrialMetrics.Compute(Sample.Trial(requests: [Sample.Missed(0), Sample.Missed(1, RequestOutcome.DeadlineExceeded)], lengthMs: 0));

        metrics.Failed.ShouldBe(2);
        metrics.Top1.ShouldBe(0);
        metrics.Top1Completed.ShouldBeNull();
        metrics.LatencyMeanMs.ShouldBeNull();
        metrics.LatencyP99Ms.ShouldBeNull();
        metrics.LatencyP95AllMs.ShouldBe(1000);
        metrics.LayersExecutedMean.ShouldBeNull();
        metrics.KendallTauDistanceMean.ShouldBeNull();
        metrics.ThroughputImagesPerS.ShouldBeNull();
    }

    [Fact]
    public void Without_a_model_the_accuracies_are_blank_and_the_rest_is_not()
    {
        var metrics = TrialMetrics.Compute(Sample.Trial(hasModel: false));

        metrics.Top1.ShouldBeNull();
        metrics.Top5.ShouldBeNull();
        metrics.Top1Completed.ShouldBeNull();
        metrics.LatencyMeanMs.ShouldBe(15.25);
    }

    [Fact]
    public void An_unknown_metric_is_refused_with_the_known_ones() =>
        Should.Throw<ArgumentException>(() => TrialMetrics.Compute(Sample.Trial()).Value("top2")).Message.ShouldContain("top1_completed");

    [Fact]
    public void The_columns_are_those_of_the_contract() => string.Join(',', TrialMetrics.Columns).ShouldBe(
        "requests,completed,failed,images,top1,top5,top1_completed,latency_mean_ms,latency_p50_ms,latency_p95_ms,latency_p99_ms,latency_p95_all_ms,"
        + "throughput_images_per_s,layers_executed_mean,layers_skipped_mean,kendall_tau_distance_mean,messages_sent,messages_lost,messages_duplicated,"
        + "messages_corrupted,messages_reordered,retries,results_superseded,bytes_sent,duration_s,availability");
}
