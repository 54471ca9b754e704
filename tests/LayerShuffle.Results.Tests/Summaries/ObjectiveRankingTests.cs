using LayerShuffle.Core.Records;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Results.Tests.Summaries;

/// <summary>Rankings by what a scenario asks for, and the differences that they tell, by hand.</summary>
public sealed class ObjectiveRankingTests
{
    [Fact]
    public void The_pareto_front_comes_first_and_by_the_first_objective()
    {
        // accuracy: good 1, quick ½, both ½ but slower than quick: beaten in both by nobody but quick
        IReadOnlyList<ResultGroup> groups = Groups.Of(
            Policy(0, "slow-bad", 1, 40), Policy(1, "quick", 1, 10), Policy(2, "good", 2, 30), Policy(3, "worst", 0, 50));
        ObjectiveRanking ranking = ObjectiveRanking.Of(groups, [Objective.Accuracy, Objective.Latency]).ShouldHaveSingleItem();
        ranking.Entries.Select(entry => (entry.Name, entry.Rank, entry.OnFront)).ShouldBe(
            [("good", 1, true), ("quick", 2, true), ("slow-bad", 3, false), ("worst", 4, false)]);
        ranking.Entries[1].Values.Select(value => (value.Metric, value.Difference.Value, value.Difference.Mean)).ShouldBe(
            [("top1", 0.5, -0.5), ("latency_mean_ms", 10, -20)]);
        // The other way round the quick one leads.
        ObjectiveRanking.Of(groups, [Objective.Latency, Objective.Accuracy])[0].Entries.Select(entry => entry.Name)
            .ShouldBe(["quick", "good", "slow-bad", "worst"]);
    }

    [Fact]
    public void Of_one_objective_there_is_no_front_and_equal_values_share_a_place()
    {
        ObjectiveRanking ranking = ObjectiveRanking.Of(Groups.Of(Policy(0, "a", 1, 20), Policy(1, "b", 2, 10), Policy(2, "c", 1, 20)), [Objective.Latency])[0];
        ranking.Entries.Select(entry => (entry.Name, entry.Rank, entry.OnFront)).ShouldBe([("b", 1, false), ("a", 2, false), ("c", 2, false)]);
    }

    [Fact]
    public void Models_and_conditions_are_ranked_like_policies()
    {
        IReadOnlyList<ObjectiveRanking> rankings = ObjectiveRanking.Of(Groups.Of(
            Trial(Sample.Key(0, model: "m", condition: "x"), 2, 10), Trial(Sample.Key(1, model: "m", condition: "y"), 1, 10),
            Trial(Sample.Key(2, model: "n", condition: "x"), 0, 10), Trial(Sample.Key(3, model: "n", condition: "y"), 1, 10)), [Objective.Accuracy]);
        rankings.Select(ranking => $"{ranking.Alternatives.Kind} {ranking.Alternatives.Where}: {string.Join(' ', ranking.Entries.Select(entry => entry.Name))}")
            .ShouldBe(["model x: m n", "model y: m n", "condition m: x y", "condition n: y x"]);
    }

    [Fact]
    public void What_requests_do_not_have_is_paired_by_trial()
    {
        TrialRecord Sent(int trial, string policy, int repeat, long bytes) => Sample.Trial(Sample.Key(trial, policy: policy, repeat: repeat)) with
        {
            Links = [Sample.Link() with { Bytes = bytes }],
        };
        IReadOnlyList<ResultGroup> groups = Groups.Of(Sent(0, "a", 0, 100), Sent(1, "a", 1, 900), Sent(2, "b", 0, 110), Sent(3, "b", 1, 912));
        Difference difference = Difference.Of(groups[1], groups[0], "bytes_sent");
        (difference.Value, difference.Other, difference.Mean, difference.PairedBy, difference.Ci.Count).ShouldBe((511, 500, 11, "trial", 2));
        // Pairs 10 and 12: their deviation is √2, t(1, 97.5%) = 12.706.
        difference.Ci.HalfWidth.ShouldNotBeNull().ShouldBe(12.7062, 1e-3);
        difference.WithinNoise.ShouldBeTrue();
        Difference.Of(Groups.Of(Sent(0, "a", 0, 100))[0], Groups.Of(Sent(1, "b", 0, 110))[0], "bytes_sent").WithinNoise.ShouldBeTrue(); // a single pair
    }

    [Fact]
    public void Losses_are_ranked_from_the_least_and_paired_by_the_images_that_both_answered()
    {
        TrialRecord Of(int trial, string policy, params double?[] losses) => Sample.Trial(Sample.Key(trial, policy: policy),
            [.. losses.Select((loss, i) => loss is null ? Sample.Missed(i) : Sample.Completed(i, 10) with { Loss = loss })]);
        IReadOnlyList<ResultGroup> groups = Groups.Of(Of(0, "a", 1, 2, 3, null), Of(1, "b", 0.5, 1, null, 0.1));
        ObjectiveRanking ranking = ObjectiveRanking.Of(groups, [Objective.Loss]).ShouldHaveSingleItem();
        ranking.Entries.Select(entry => entry.Name).ShouldBe(["b", "a"]);
        Difference difference = ranking.Entries[1].Values.ShouldHaveSingleItem().Difference;
        (difference.Value, difference.Mean, difference.Ci.Count, difference.PairedBy).ShouldBe((2, 0.75, 2, "request")); // of +0.5 and +1
    }

    [Fact]
    public void Expected_values_differ_by_both_intervals()
    {
        TrialRecord Expected(int trial, string policy, double top1, double half) => Sample.Trial(Sample.Key(trial, policy: policy), []) with
        {
            Reliability = new ReliabilityRecord([], new ExpectedAccuracy(top1, top1 - half, top1 + half, 40, 1, true), [], 3, 0, top1, top1, 1),
        };
        IReadOnlyList<ResultGroup> groups = Groups.Of(Expected(0, "a", 0.9, 0.03), Expected(1, "b", 0.8, 0.04));
        Difference difference = Difference.Of(groups[0], groups[1], "top1");
        difference.Mean.ShouldNotBeNull().ShouldBe(0.1, 1e-12);
        difference.Ci.HalfWidth.ShouldNotBeNull().ShouldBe(0.05, 1e-12);
        (difference.PairedBy, difference.WithinNoise).ShouldBe(("nothing", false));
    }

    [Fact]
    public void The_file_has_a_row_for_each_two_and_each_metric()
    {
        using var folder = new TemporaryDirectory();
        string path = folder.File("differences.csv");
        DifferencesFile.Write(path, Groups.Of(Policy(0, "a", 2, 20), Policy(1, "b", 1, 10)));
        File.ReadAllLines(path).ShouldBe(
        [
            "kind,model,policy,condition,other,metric,value,other_value,difference,ci_low,ci_high,n,paired_by,within_noise",
            "policy,shuffled,b,ideal,a,top1,0.5,1,-0.5,-0.5,-0.5,30,request,false",
            "policy,shuffled,b,ideal,a,latency_mean_ms,10,20,-10,-10,-10,30,request,false",
            "policy,shuffled,b,ideal,a,bytes_sent,2000,2000,0,,,1,trial,true",
            "policy,shuffled,b,ideal,a,loss,1.25,0,1.25,1.25,1.25,30,request,false",
        ]);
    }

    private static TrialRecord Policy(int trial, string policy, int correct, double latencyMs) => Trial(Sample.Key(trial, policy: policy), correct, latencyMs);

    private static TrialRecord Trial(Core.Trials.TrialKey key, int correct, double latencyMs) =>
        Sample.Trial(key, [.. Enumerable.Range(0, 30).Select(i => Sample.Completed(i, latencyMs, correct))]);
}
