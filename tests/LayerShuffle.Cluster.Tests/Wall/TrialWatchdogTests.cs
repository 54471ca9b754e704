using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Workloads;

namespace LayerShuffle.Cluster.Tests.Wall;

/// <summary>A trial in real time that stands still is told from one that is slow.</summary>
public sealed class TrialWatchdogTests
{
    private static readonly Duration Deadline = Duration.FromSeconds(2);

    [Fact]
    public void A_request_that_has_no_outcome_long_after_its_deadline_ends_the_trial()
    {
        var dog = new TrialWatchdog(3, Deadline, null);
        dog.Begun(0, At(0));
        dog.Begun(1, At(1));
        dog.Ended(0, At(1.5));
        for (int second = 2; second <= 8; second++)
            dog.Poll(At(second), true).ShouldBeNull($"at {second} s: due by 3 s, overdue after 8 s");
        for (int strike = 1; strike < TrialWatchdog.Strikes; strike++)
            dog.Poll(At(8 + strike), true).ShouldBeNull();
        dog.Poll(At(13), true).ShouldBe("Request 1 should have had an outcome by 3 s at the latest, and it is 13 s.");
    }

    [Fact]
    public void Whatever_happens_gives_hope_again()
    {
        var dog = new TrialWatchdog(100, Deadline, null);
        for (int i = 0; i < 20; i++)
        {
            dog.Begun(2 * i, At(i));
            dog.Begun(2 * i + 1, At(i)); // never ends
            dog.Ended(2 * i, At(i));
            dog.Poll(At(100 + i), true).ShouldBeNull("late, and alive");
        }

        dog.Ended(1, At(120));
        dog.Poll(At(121), true).ShouldBeNull();
        string?[] last = [.. Enumerable.Range(0, TrialWatchdog.Strikes).Select(i => dog.Poll(At(122 + i), true))];
        last[..^1].ShouldAllBe(word => word == null);
        last[^1].ShouldNotBeNull().ShouldStartWith("Request 3 should have had an outcome by 3 s");
    }

    [Fact]
    public void A_coordinator_that_is_busy_is_not_taken_for_dead_until_minutes_have_passed()
    {
        var dog = new TrialWatchdog(1, Deadline, null);
        dog.Begun(0, At(0));
        for (int silent = 1; silent < TrialWatchdog.SilentStrikes + 1; silent++) // the first poll sees the submission
            dog.Poll(At(10 + silent), false).ShouldBeNull();
        dog.Poll(At(1000), false).ShouldNotBeNull().ShouldStartWith("The coordinator's actor has not answered for 300 s. Request 0");
    }

    [Fact]
    public void A_request_that_is_not_submitted_when_it_is_due_ends_the_trial()
    {
        var arrivals = new ArrivalSchedule(new ArrivalSpec(ArrivalKind.Uniform, 1, 0.1), SeedTree.Root(1)); // at 0, 10, 20 s
        var dog = new TrialWatchdog(3, Deadline, arrivals);
        dog.Begun(0, At(0));
        dog.Ended(0, At(1));
        for (int second = 2; second <= 15; second++)
            dog.Poll(At(second), true).ShouldBeNull($"nothing is due before 10 s; it is {second} s");
        Last(dog, 16).ShouldBe("Request 1 should have been submitted at 10 s, and it is 20 s.");

        var closed = new TrialWatchdog(3, Deadline, null);
        closed.Begun(0, At(0));
        closed.Ended(0, At(1));
        closed.Poll(At(2), true).ShouldBeNull();
        Last(closed, 7).ShouldBe("Request 1 should have been submitted at 1 s, and it is 11 s.");

        Last(new TrialWatchdog(3, Deadline, null), 6).ShouldBe("Request 0 should have been submitted at 0 s, and it is 10 s.", "it never began");
    }

    [Fact]
    public void A_trial_that_is_over_waits_for_nothing()
    {
        var dog = new TrialWatchdog(1, Deadline, null);
        dog.Begun(0, At(0));
        dog.Ended(0, At(1));
        for (int i = 0; i < 20; i++)
            dog.Poll(At(100 + i), true).ShouldBeNull();
    }

    private static string? Last(TrialWatchdog dog, int from)
    {
        for (int i = 0; i < TrialWatchdog.Strikes - 1; i++)
            dog.Poll(At(from + i), true).ShouldBeNull();
        return dog.Poll(At(from + TrialWatchdog.Strikes - 1), true);
    }

    private static Instant At(double seconds) => Instant.Zero + Duration.FromMilliseconds(seconds * 1000);
}
