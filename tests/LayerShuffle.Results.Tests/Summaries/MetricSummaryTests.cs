using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Results.Tests.Summaries;

public class MetricSummaryTests
{
    // Two training seeds, two repeats, two requests of two images each: top1 1.0, 0.5 | 0.5, 0.0.
    private static readonly ResultGroup Group = Groups.Of(
        Sample.Scored(Sample.Key(0, seed: 0, repeat: 0), 2, 2),
        Sample.Scored(Sample.Key(1, seed: 0, repeat: 1), 2, 0),
        Sample.Scored(Sample.Key(2, seed: 1, repeat: 0), 1, 1),
        Sample.Scored(Sample.Key(3, seed: 1, repeat: 1), 0, -1)).ShouldHaveSingleItem();

    [Fact]
    public void Top1_is_averaged_over_trials_and_spread_over_seeds_and_repeats()
    {
        var top1 = MetricSummary.Of(Group, "top1");

        top1.Mean.ShouldBe(0.5);
        top1.StdSeeds!.Value.ShouldBe(Math.Sqrt(0.125), 1e-12); // seeds: 0.75 and 0.25
        top1.StdRepeats!.Value.ShouldBe(Math.Sqrt(0.125), 1e-12); // repeats: 0.75 and 0.25
        top1.Ci.Count.ShouldBe(8);
        // Per request 1, 1, 1, 0, ½, ½, 0, 0: s² = 1.5/7; t(7, 97.5%) = 2.3646242516.
        top1.Ci.HalfWidth!.Value.ShouldBe(2.3646242516 * Math.Sqrt(1.5 / 7 / 8), 1e-8);
        top1.Complete.ShouldBeTrue();
    }

    [Fact]
    public void Completion_has_wilsons_interval_over_all_requests()
    {
        var completion = MetricSummary.Of(Group, "completion");

        completion.Mean.ShouldBe(0.875);
        completion.Ci.ShouldBe(Results.Statistics.Intervals.Wilson(7, 8));
    }

    [Fact]
    public void The_loss_has_students_interval_over_the_requests_that_have_one()
    {
        var loss = MetricSummary.Of(Group, "loss");

        // Losses 0, 0 | 0, 2.5 | 1.25, 1.25 | 2.5 and none: trials 0, 1.25, 1.25, 2.5; requests in the mean 7.5 ÷ 7.
        loss.Mean.ShouldBe(1.25);
        loss.StdSeeds!.Value.ShouldBe((1.875 - 0.625) / Math.Sqrt(2), 1e-12);
        loss.Ci.ShouldBe(Results.Statistics.Intervals.Mean([0, 0, 0, 2.5, 1.25, 1.25, 2.5]));
    }

    [Fact]
    public void A_quantile_of_several_trials_has_students_interval_over_them()
    {
        var p50 = MetricSummary.Of(Group, "latency_p50_ms");

        p50.Mean.ShouldBe((10.5 + 10.5 + 10.5 + 10) / 4); // the last trial completed its first request only
        p50.Ci.Count.ShouldBe(4);
    }

    [Fact]
    public void A_quantile_of_one_trial_has_the_interval_of_order_statistics()
    {
        var group = Groups.Of(Sample.Scored(Sample.Key(), [.. Enumerable.Repeat(1, 10)])).ShouldHaveSingleItem();

        MetricSummary.Of(group, "latency_p50_ms").Ci.ShouldBe(new Results.Statistics.Interval(11, 18, 10));
    }

    [Fact]
    public void Nothing_completed_means_no_latency()
    {
        var group = Groups.Of(Sample.Scored(Sample.Key(), -1, -1)).ShouldHaveSingleItem();

        MetricSummary.Of(group, "latency_mean_ms").ShouldBe(new MetricSummary(null, null, null, new Results.Statistics.Interval(null, null, 0), false));
    }

    [Fact]
    public void Requests_pooled_over_trials_count_one_by_one() => MetricSummary.Of(Group, "latency_mean_ms").Ci.Count.ShouldBe(7);
}
