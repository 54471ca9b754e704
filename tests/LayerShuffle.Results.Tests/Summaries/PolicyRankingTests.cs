using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Results.Tests.Summaries;

public class PolicyRankingTests
{
    [Fact]
    public void Policies_are_ranked_by_top1_of_all_images_offered()
    {
        var ranking = PolicyRanking.Of(Groups.Of(
            Sample.Scored(Sample.Key(0, policy: "fast"), [.. Enumerable.Repeat(-1, 20), .. Enumerable.Repeat(2, 20)]),
            Sample.Scored(Sample.Key(1, policy: "patient"), [.. Enumerable.Repeat(2, 40)]))).ShouldHaveSingleItem();

        ranking.Policies.Select(policy => (policy.Policy, policy.Rank, policy.Value)).ShouldBe([("patient", 1, 1.0), ("fast", 2, 0.5)]);
        ranking.Policies[0].WithinNoise.ShouldBeFalse();
        ranking.Policies[1].Difference.ShouldBe(-0.5);
        ranking.Policies[1].WithinNoise.ShouldBeFalse();
    }

    [Fact]
    public void A_difference_whose_interval_holds_zero_is_within_noise()
    {
        var ranking = PolicyRanking.Of(Groups.Of(
            Sample.Scored(Sample.Key(0, policy: "a"), 2, 1, 0, 2, 1),
            Sample.Scored(Sample.Key(1, policy: "b"), 1, 2, 1, 2, 1))).ShouldHaveSingleItem();

        ranking.Policies.Select(policy => policy.Policy).ShouldBe(["b", "a"]);
        // Differences −½, ½, ½, 0, 0 of a to b with the sign turned: mean −0.1.
        ranking.Policies[1].Difference!.Value.ShouldBe(-0.1, 1e-12);
        ranking.Policies[1].Ci.Contains(0).ShouldBeTrue();
        ranking.Policies[1].WithinNoise.ShouldBeTrue();
    }

    [Fact]
    public void Equal_policies_share_a_place_within_noise()
    {
        var ranking = PolicyRanking.Of(Groups.Of(
            Sample.Scored(Sample.Key(0, policy: "a"), 2, 1, 0), Sample.Scored(Sample.Key(1, policy: "b"), 2, 1, 0))).ShouldHaveSingleItem();

        ranking.Policies.Select(policy => policy.Rank).ShouldBe([1, 1]);
        ranking.Policies[1].WithinNoise.ShouldBeTrue();
    }

    [Fact]
    public void Pairs_are_of_one_training_seed_and_repeat()
    {
        // Within each repeat the policies are equal; the repeats differ wildly, and that must not blur the comparison.
        var ranking = PolicyRanking.Of(Groups.Of(
            Sample.Scored(Sample.Key(0, policy: "a", repeat: 0), [.. Enumerable.Repeat(2, 20)]),
            Sample.Scored(Sample.Key(1, policy: "a", repeat: 1), [.. Enumerable.Repeat(1, 20)]),
            Sample.Scored(Sample.Key(2, policy: "b", repeat: 1), [.. Enumerable.Repeat(0, 20)]),
            Sample.Scored(Sample.Key(3, policy: "b", repeat: 0), [.. Enumerable.Repeat(1, 20)]))).ShouldHaveSingleItem();

        ranking.Policies[1].ShouldSatisfyAllConditions(
            policy => policy.Policy.ShouldBe("b"),
            policy => policy.Difference.ShouldBe(-0.5),
            policy => policy.Ci.HalfWidth.ShouldBe(0),
            policy => policy.WithinNoise.ShouldBeFalse());
    }

    [Fact]
    public void The_network_alone_is_ranked_by_completion_then_latency()
    {
        var slow = Sample.Trial(Sample.Key(0, policy: "slow"), [.. Enumerable.Range(0, 40).Select(i => Sample.Completed(i, 30 + i % 3))], hasModel: false);
        var quick = Sample.Trial(Sample.Key(1, policy: "quick"), [.. Enumerable.Range(0, 40).Select(i => Sample.Completed(i, 10))], hasModel: false);
        var lossy = Sample.Trial(Sample.Key(2, policy: "lossy"), [.. Enumerable.Range(0, 40).Select(i => i < 20 ? Sample.Missed(i) : Sample.Completed(i, 1))],
            hasModel: false);

        var ranking = PolicyRanking.Of(Groups.Of(slow, quick, lossy)).ShouldHaveSingleItem();

        ranking.Policies.Select(policy => (policy.Policy, policy.Metric))
            .ShouldBe([("quick", "latency_mean_ms"), ("slow", "latency_mean_ms"), ("lossy", "completion")]);
        ranking.Policies[1].Difference!.Value.ShouldBe(20 + 39 / 40.0, 1e-9);
        ranking.Policies[2].Difference.ShouldBe(-0.5);
        ranking.Policies.ShouldAllBe(policy => !policy.WithinNoise);
    }
}
