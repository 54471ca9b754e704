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
        metrics.Hedges.ShouldBe(2);
        metrics.BytesSent.ShouldBe(2000);
        metrics.DurationS.ShouldBe(0.1);
        metrics.Completion.ShouldBe(2 / 3.0);
        metrics.Loss.ShouldBe(0.625);
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
        metrics.Loss.ShouldBeNull();
    }

    [Fact]
    public void The_loss_is_that_of_an_image_that_was_answered()
    {
        // 1 image of loss 4 and 3 of loss 0.5; one request was answered with no number, one not at all, one before measuring began.
        RequestRecord[] requests =
        [
            Sample.Completed(0, 10, images: 7) with { Loss = 9, WarmUp = true }, Sample.Completed(1, 10, images: 1) with { Loss = 4 },
            Sample.Completed(2, 10, images: 3) with { Loss = 0.5 }, Sample.Completed(3, 10, images: 5) with { Loss = null }, Sample.Missed(4),
        ];
        TrialMetrics.Compute(Sample.Trial(requests: requests)).Loss.ShouldNotBeNull().ShouldBe((4 + (3 * 0.5)) / 4, 1e-15);
        TrialData data = TrialData.From(Sample.Trial(requests: requests), new Dictionary<string, string>());
        data.Loss.ShouldBe([4, 0.5]); // no more are needed
        Enumerable.Range(0, 4).Select(data.HasLoss).ShouldBe([true, true, false, false]);
    }

    [Fact]
    public void Without_a_model_the_accuracies_are_blank_and_the_rest_is_not()
    {
        var metrics = TrialMetrics.Compute(Sample.Trial(hasModel: false));

        metrics.Top1.ShouldBeNull();
        metrics.Top5.ShouldBeNull();
        metrics.Top1Completed.ShouldBeNull();
        metrics.Loss.ShouldBeNull();
        metrics.LatencyMeanMs.ShouldBe(15.25);
    }

    [Fact]
    public void Energy_cost_and_work_are_those_of_an_image_that_was_answered()
    {
        // Two requests of two images completed, with three layers and with two; three images are right, in 0.1 s.
        var metrics = TrialMetrics.Compute(Sample.Trial() with { Joules = 12, Price = 0.002, Flops = new(1000, 100) });
        metrics.EnergyJPerImage.ShouldBe(3);
        metrics.CostPer1000Images.ShouldBe(0.5);
        metrics.FlopsPerImage.ShouldBe(1000 + (100 * 2.5));
        metrics.GoodputImagesPerS.ShouldNotBeNull().ShouldBe(30, 1e-9);

        var none = TrialMetrics.Compute(Sample.Trial(requests: [Sample.Missed(0)]) with { Joules = 12, Price = 0.002, Flops = new(1000, 100) });
        (none.EnergyJPerImage, none.CostPer1000Images, none.FlopsPerImage, none.GoodputImagesPerS).ShouldBe((null, null, null, 0));
        var network = TrialMetrics.Compute(Sample.Trial(hasModel: false) with { Joules = 12 });
        (network.EnergyJPerImage, network.CostPer1000Images, network.FlopsPerImage, network.GoodputImagesPerS).ShouldBe((3, null, null, null));
    }

    [Fact]
    public void Time_is_effective_as_far_as_requests_took_what_they_usually_do()
    {
        // Three of 10 ms and one that waited 20 ms longer: 4 · 10 of 60 ms.
        RequestRecord[] waited = [Sample.Completed(0, 10), Sample.Completed(1, 10), Sample.Completed(2, 30), Sample.Completed(3, 10)];
        Ratio(waited)!.Value.ShouldBe(40.0 / 60, 1e-12);
        // Two of 10 ms, one given up after 80 ms, and one of which is only known that it missed its deadline of 1 s.
        RequestRecord[] inVain = [waited[0], waited[1], Sample.Missed(2) with { Submitted = Sample.At(0), Ended = Sample.At(80) }, Sample.Missed(3)];
        Ratio(inVain)!.Value.ShouldBe(20.0 / 1100, 1e-12);
        Ratio([waited[0], waited[1]]).ShouldBe(1);
        Ratio([Sample.Missed(0)]).ShouldBe(0);
        Ratio([]).ShouldBeNull();

        static double? Ratio(RequestRecord[] requests) => TrialMetrics.Compute(Sample.Trial(requests: requests)).EffectiveTimeRatio;
    }

    [Fact]
    public void Requests_of_the_warm_up_count_in_no_metric()
    {
        var measured = Sample.Trial() with { Joules = 12, Price = 0.002, Flops = new(1000, 100) };
        var warm = measured with
        {
            Requests =
            [
                Sample.Completed(0, 1e6, correct: 2, images: 50, order: [2, 1, 0]) with { WarmUp = true }, Sample.Missed(1, images: 70) with { WarmUp = true },
                .. measured.Requests.Select(request => request with { Request = request.Request + 2 }),
            ],
        };
        TrialMetrics.Compute(warm).ShouldBe(TrialMetrics.Compute(measured));
        var (data, plain) = (TrialData.From(warm, new Dictionary<string, string>()), TrialData.From(measured, new Dictionary<string, string>()));
        (data.FirstRequest, plain.FirstRequest).ShouldBe((2, 0));
        (data.Images.Length, data.Correct.Length, data.LatencyMs.Length, data.Skipped.Length, data.Loss.Length).ShouldBe((3, 3, 3, 3, 2));
    }

    [Fact]
    public void What_did_not_complete_in_a_healed_cluster_is_counted_and_blank_where_nothing_heals()
    {
        RequestRecord[] requests =
            [Sample.Missed(0) with { Unhealed = true, WarmUp = true }, Sample.Completed(1, 10), Sample.Missed(2), Sample.Missed(3) with { Unhealed = true }];
        TrialMetrics.Compute(Sample.Trial(requests: requests) with { Heals = true }).Unhealed.ShouldBe(2);
        TrialMetrics.Compute(Sample.Trial(requests: requests[1..3]) with { Heals = true }).Unhealed.ShouldBe(0);
        TrialMetrics.Compute(Sample.Trial(requests: requests[1..3])).Unhealed.ShouldBeNull();
    }

    [Fact]
    public void An_unknown_metric_is_refused_with_the_known_ones() =>
        Should.Throw<ArgumentException>(() => TrialMetrics.Compute(Sample.Trial()).Value("top2")).Message.ShouldContain("top1_completed");

    [Fact]
    public void The_columns_are_those_of_the_contract() => string.Join(',', TrialMetrics.Columns).ShouldBe(
        "requests,completed,failed,images,top1,top5,top1_completed,latency_mean_ms,latency_p50_ms,latency_p95_ms,latency_p99_ms,latency_p95_all_ms,"
        + "throughput_images_per_s,layers_executed_mean,layers_skipped_mean,kendall_tau_distance_mean,messages_sent,messages_lost,messages_duplicated,"
        + "messages_corrupted,messages_reordered,retries,results_superseded,bytes_sent,duration_s,"
        + "energy_j_per_image,flops_per_image,cost_per_1000_images,goodput_images_per_s,availability,unhealed,hedges,effective_time_ratio,loss");
}
