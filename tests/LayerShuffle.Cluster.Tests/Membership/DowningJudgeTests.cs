using Akka.Actor;
using Akka.Cluster;
using CsCheck;
using LayerShuffle.Cluster.Membership;

namespace LayerShuffle.Cluster.Tests.Membership;

/// <summary>Who has to leave a cluster, and when.</summary>
public sealed class DowningJudgeTests
{
    private static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(2), Moment = TimeSpan.FromMilliseconds(1);
    private static readonly Gen<UnreachableFinding[]> Findings = Gen.Select(
        Gen.Int[0, 7].Array[0, 5], Gen.Int[0, 255], (members, missed) => members.Distinct().Select(i => Find(i, (missed >> i & 1) != 0)).ToArray());

    [Fact]
    public void Nobody_goes_before_nothing_has_changed_for_long_enough_and_then_those_whom_the_judge_itself_misses() =>
        Gen.Select(Findings, Findings, Gen.Int[0, 1999], Gen.Bool).Sample((first, then, at, removing) =>
        {
            var judge = new DowningJudge(StableAfter);
            TimeSpan changed = TimeSpan.FromMilliseconds(at);
            judge.Judge(TimeSpan.Zero, first, removing).ShouldBeEmpty();
            judge.Judge(changed, then, removing).ShouldBeEmpty();
            bool same = first.ToHashSet().SetEquals(then);
            TimeSpan due = (same ? TimeSpan.Zero : changed) + StableAfter;
            UniqueAddress[] missed = [.. then.Where(finding => finding.Missed).Select(finding => finding.Member).Order()];
            if (missed.Length == 0 && removing)
                due += DowningJudge.RemovalPatience;
            judge.Judge(due - Moment, then.Reverse(), removing).ShouldBeEmpty();
            IReadOnlyList<UniqueAddress> gone = judge.Judge(due, then, removing);
            gone.ShouldBe(missed.Length > 0 ? missed : [.. then.Select(finding => finding.Member).Order().TakeLast(1)]);
            judge.Judge(due + Moment, then, removing).ShouldBe(gone, "who is not down yet is downed again");
        });

    [Fact]
    public void Of_two_that_cannot_reach_each_other_one_goes_and_the_other_may_be_reachable_then()
    {
        var judge = new DowningJudge(StableAfter);
        judge.Judge(TimeSpan.Zero, [Find(1, false), Find(2, false)], removing: false).ShouldBeEmpty();
        judge.Judge(StableAfter, [Find(1, false), Find(2, false)], removing: false).ShouldBe([Find(2, false).Member]);
        judge.Judge(StableAfter + Moment, [Find(1, false)], removing: true).ShouldBeEmpty(); // what the downed one said still counts
        judge.Judge(2 * StableAfter + Moment, [Find(1, false)], removing: true).ShouldBeEmpty();
        judge.Judge(3 * StableAfter, [], removing: false).ShouldBeEmpty();
        judge.Judge(4 * StableAfter, [], removing: false).ShouldBeEmpty();
    }

    private static UnreachableFinding Find(int member, bool missed) =>
        new(new UniqueAddress(new Address("akka.tcp", "system", "machine", 1000 + member), 99 - member), missed);
}
