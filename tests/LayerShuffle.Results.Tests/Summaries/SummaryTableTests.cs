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

        warnings.Select(warning => warning.Group).ShouldBe(["few", "shuffled / default / wide", "shuffled / default / dead"]);
        warnings[0].Message.ShouldBe("2 requests are few (under 30): take more requests or repeats.");
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

    [Fact]
    public void Few_requests_are_warned_about_once_with_the_conditions_it_concerns()
    {
        int[] many = [.. Enumerable.Repeat(2, 40)];
        WeakResult warning = WeakResults.In(Groups.Of(
            Sample.Scored(Sample.Key(0, condition: "a"), 2, 2), Sample.Scored(Sample.Key(1, condition: "b"), 2, 2, 2),
                Sample.Scored(Sample.Key(2, condition: "c"), many)))
            .ShouldHaveSingleItem();
        warning.Group.ShouldBe("a; b");
        warning.Message.ShouldBe("2 to 3 requests are few (under 30): take more requests or repeats.");
        WeakResults.In(Groups.Of(Sample.Scored(Sample.Key(0, condition: "a"), 2, 2), Sample.Scored(Sample.Key(1, condition: "b"), 2, 2)))
            .ShouldHaveSingleItem().Group.ShouldBe("every condition");
        WeakResults.In(Groups.Of(Sample.Scored(Sample.Key(0, policy: "x"), 2, 2), Sample.Scored(Sample.Key(1, policy: "y"), many)))
            .ShouldHaveSingleItem().Group.ShouldBe("shuffled / x / ideal");
        WeakResults.In(Groups.Of([.. Enumerable.Range(0, 20).Select(i => Sample.Scored(Sample.Key(i, condition: $"c{i}"), 2, 2)),
            Sample.Scored(Sample.Key(20, condition: "sound"), many)]))
            .ShouldHaveSingleItem().Group.ShouldEndWith("c7 and 12 more");
    }
}
