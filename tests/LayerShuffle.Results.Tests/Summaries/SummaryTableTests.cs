using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Results.Tests.Summaries;

public class SummaryTableTests
{
    [Fact]
    public void There_is_a_row_per_model_policy_and_condition_with_its_place()
    {
        var table = SummaryTable.Of(Groups.Of(
            Sample.Scored(Sample.Key(0, policy: "a"), 1, 1), Sample.Scored(Sample.Key(1, policy: "b"), 2, 2),
            Sample.Scored(Sample.Key(2, policy: "a", condition: "loss"), 1, 1), Sample.Scored(Sample.Key(3, policy: "a", repeat: 1), 1, 1)));

        table.Rows.Select(row => (row.Policy, row.Condition, row.Rank.Rank)).ShouldBe([("a", "ideal", 2), ("b", "ideal", 1), ("a", "loss", 1)]);
        table.Rows[0].Top1.Mean.ShouldBe(0.5);
        table.Rows[0].Retries.Mean.ShouldBe(7);
    }

    [Fact]
    public void Weak_results_are_warned_about()
    {
        var warnings = WeakResults.In(Groups.Of(
            Sample.Scored(Sample.Key(0, condition: "few"), 2, 2),
            Sample.Scored(Sample.Key(1, condition: "wide"), [.. Enumerable.Range(0, 40).Select(i => i % 3)]),
            Sample.Scored(Sample.Key(2, condition: "dead"), [.. Enumerable.Repeat(-1, 40)]),
            Sample.Scored(Sample.Key(3, condition: "sound"), [.. Enumerable.Repeat(2, 40)])));

        warnings.Select(warning => warning.Group).ShouldBe(["shuffled / default / few", "shuffled / default / wide", "shuffled / default / dead"]);
        warnings[0].Message.ShouldStartWith("2 requests are few");
        warnings[1].Message.ShouldStartWith("top1 is known to ±13.3 points only");
        warnings[2].Message.ShouldStartWith("No request completed");
    }

    [Fact]
    public void Policies_that_all_complete_everything_are_warned_about_only_where_there_is_something_to_rank()
    {
        var requests = Enumerable.Range(0, 40).Select(i => Sample.Completed(i, 10)).ToList();
        var a = Sample.Trial(Sample.Key(0, policy: "a"), requests, hasModel: false);
        var b = Sample.Trial(Sample.Key(1, policy: "b"), requests, hasModel: false);

        WeakResults.In(Groups.Of(a)).ShouldBeEmpty();
        WeakResults.In(Groups.Of(a, b)).Count.ShouldBe(2);
    }
}
