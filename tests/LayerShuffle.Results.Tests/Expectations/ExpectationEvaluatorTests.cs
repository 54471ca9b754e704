using LayerShuffle.Core.Trials;
using LayerShuffle.Results.Expectations;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Results.Tests.Expectations;

public class ExpectationEvaluatorTests
{
    private static readonly Dictionary<string, string> Anywhere = [];

    private static Expectation Top1(double? min = null, double? max = null, string? model = null, string? condition = null, string? policy = null,
        Dictionary<string, string>? where = null, ExpectationReference? of = null, bool ciLow = false, string metric = "top1") =>
        new(metric, model, condition, policy, where ?? Anywhere, min, max, of, ciLow, "text");

    private static ExpectationResult Single(Expectation expectation, IReadOnlyList<ResultGroup> groups) =>
        ExpectationEvaluator.Evaluate([expectation], groups).ShouldHaveSingleItem();

    [Fact]
    public void It_holds_on_the_mean_over_seeds_and_repeats()
    {
        var groups = Groups.Of(Sample.Scored(Sample.Key(0, repeat: 0), 2, 2), Sample.Scored(Sample.Key(1, repeat: 1), 0, 1));

        var result = Single(Top1(min: 0.625), groups);

        result.Holds.ShouldBeTrue();
        result.Measured.ShouldBe(0.625);
        result.MinThreshold.ShouldBe(0.625);
        result.Message.ShouldBe("top1 is 0.625, expected at least 0.625.");
        Single(Top1(min: 0.63), groups).Holds.ShouldBeFalse();
        Single(Top1(max: 0.62), groups).Holds.ShouldBeFalse();
        Single(Top1(min: 0.6, max: 0.7), groups).Holds.ShouldBeTrue();
    }

    [Fact]
    public void A_loss_can_be_expected_by_itself_and_against_another()
    {
        var groups = Groups.Of(Sample.Scored(Sample.Key(0, model: "plain"), 0, 1), Sample.Scored(Sample.Key(1), 2, 1, -1));

        var result = Single(Top1(max: 0.625, model: "shuffled", metric: "loss"), groups);

        (result.Holds, result.Measured, result.Message).ShouldBe((true, 0.625, "loss is 0.625, expected at most 0.625.")); // of 0 and 1.25
        Single(Top1(max: 0.62, model: "shuffled", metric: "loss"), groups).Holds.ShouldBeFalse();
        Single(Top1(max: 0.4, model: "shuffled", metric: "loss", of: new ExpectationReference("plain", null)), groups).Holds.ShouldBeTrue(); // a third of 1.875
        Single(Top1(max: 0.3, model: "shuffled", metric: "loss", of: new ExpectationReference("plain", null)), groups).Holds.ShouldBeFalse();
        Single(Top1(min: 0, metric: "loss"), Groups.Of(Sample.Scored(Sample.Key(), -1))).Holds.ShouldBeFalse(); // nothing was answered
    }

    [Fact]
    public void It_must_hold_at_every_sweep_point_and_policy_it_selects()
    {
        var groups = Groups.Swept(
            ("0%", Sample.Scored(Sample.Key(0, condition: "loss"), 2, 2)),
            ("1%", Sample.Scored(Sample.Key(1, condition: "loss"), 2, 0)),
            ("1%", Sample.Scored(Sample.Key(2, condition: "loss", policy: "spare"), 2, 2)));

        ExpectationEvaluator.Evaluate([Top1(min: 0.9, condition: "loss")], groups).Select(result => result.Holds).ShouldBe([true, false, true]);
        ExpectationEvaluator.Evaluate([Top1(min: 0.9, condition: "loss", policy: "spare")], groups).ShouldHaveSingleItem().Holds.ShouldBeTrue();
        Single(Top1(min: 0.9, where: new() { ["network.loss"] = "0" }), groups).Group.ShouldBe("shuffled / default / loss[network.loss=0%]");
        ExpectationEvaluator.Evaluate([Top1(min: 0.9, condition: "loss[network.loss=1%]")], groups).Count.ShouldBe(2);
        ExpectationEvaluator.Evaluate([Top1(min: 0.9, where: new() { ["network.loss"] = "0.01" })], groups).Count.ShouldBe(2);
    }

    [Fact]
    public void Matching_nothing_does_not_hold()
    {
        var groups = Groups.Of(Sample.Scored(Sample.Key(), 2, 2));

        var result = Single(Top1(min: 0, condition: "absent"), groups);

        result.Holds.ShouldBeFalse();
        result.Group.ShouldBeNull();
        result.Message.ShouldContain("No model, policy and condition");
        Single(Top1(min: 0, where: new() { ["network.loss"] = "0%" }), groups).Holds.ShouldBeFalse();
    }

    [Fact]
    public void What_is_blank_in_any_trial_does_not_hold()
    {
        var groups = Groups.Of(Sample.Scored(Sample.Key(0, repeat: 0), 2, 2), Sample.Scored(Sample.Key(1, repeat: 1), -1, -1));

        var result = Single(Top1(max: 1e9, metric: "latency_p99_ms"), groups);

        result.Holds.ShouldBeFalse();
        result.Message.ShouldContain("blank");
    }

    [Fact]
    public void A_metric_that_is_not_a_number_does_not_hold()
    {
        var groups = Groups.Of(Sample.Scored(Sample.Key(), 2, 2));
        var trial = groups[0].Trials[0];
        IReadOnlyList<ResultGroup> broken = [groups[0] with { Trials = [trial with { Metrics = trial.Metrics with { Top1 = double.NaN } }] }];

        Single(Top1(min: 0), broken).Holds.ShouldBeFalse();
        Single(Top1(max: 1), broken).Holds.ShouldBeFalse();
    }

    [Fact]
    public void A_bound_can_be_relative_to_another_model_and_condition()
    {
        var groups = Groups.Of(
            Sample.Scored(Sample.Key(0, model: "baseline", condition: "ideal"), 2, 2),
            Sample.Scored(Sample.Key(1, model: "shuffled", condition: "node-2-down"), 2, 1));

        var result = Single(Top1(min: 0.75, model: "shuffled", condition: "node-2-down", of: new ExpectationReference("baseline", "ideal")), groups);

        result.Holds.ShouldBeTrue();
        result.Reference.ShouldBe(1);
        result.MinThreshold.ShouldBe(0.75);
        Single(Top1(min: 0.76, model: "shuffled", of: new ExpectationReference("baseline", "ideal")), groups).Holds.ShouldBeFalse();
        Single(Top1(min: 0, model: "shuffled", of: new ExpectationReference("baseline", null)), groups).Message.ShouldStartWith("0 groups match");
    }

    [Fact]
    public void A_reference_is_taken_at_the_same_sweep_point()
    {
        var groups = Groups.Swept(
            ("0%", Sample.Scored(Sample.Key(0, model: "baseline", condition: "a"), 2, 2)),
            ("1%", Sample.Scored(Sample.Key(1, model: "baseline", condition: "a"), 1, 1)),
            ("1%", Sample.Scored(Sample.Key(2, condition: "a"), 2, 1)));

        Single(Top1(min: 1, model: "shuffled", of: new ExpectationReference("baseline", null)), groups).Reference.ShouldBe(0.5);
        Single(Top1(min: 1, model: "shuffled", of: new ExpectationReference("baseline", "a[network.loss=0%]")), groups).Reference.ShouldBe(1);
        Single(Top1(min: 1, model: "shuffled",
            of: new ExpectationReference("baseline", null, Where: new Dictionary<string, string> { ["network.loss"] = "0%" })), groups)
            .Reference.ShouldBe(1);
    }

    [Fact]
    public void The_lower_end_of_the_interval_can_be_measured()
    {
        var groups = Groups.Of(Sample.Scored(Sample.Key(), 2, 1, 2, 1));

        var result = Single(Top1(min: 0.5, ciLow: true), groups);

        result.Measured!.Value.ShouldBe(0.75 - 3.182446305284263 * Math.Sqrt(0.25 / 3) / 2, 1e-8);
        result.Holds.ShouldBeFalse();
        Single(Top1(min: 0, ciLow: true), Groups.Of(Sample.Scored(Sample.Key(), 2))).Message.ShouldContain("no confidence interval");
    }
}
