using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Faults;

public sealed class NodeHealthTests
{
    [Fact]
    public void A_node_is_up_when_no_fault_holds_it_down_and_each_restart_is_a_new_incarnation()
    {
        var health = new NodeHealth(Cluster(2));
        health.Crash(1, "outage").ShouldBeTrue();
        health.Crash(1, "storm").ShouldBeFalse();
        health.Incarnation(1).ShouldBe(1);
        health.Restore(1, "outage").ShouldBeFalse();
        health.IsUp(1).ShouldBeFalse();
        health.Restore(1, "storm").ShouldBeTrue();
        health.IsUp(1).ShouldBeTrue();
        health.Incarnation(1).ShouldBe(2);
        health.Restore(1, "storm").ShouldBeFalse(); // it holds nothing any more
        health.Incarnation(1).ShouldBe(2);
        health.Incarnation(2).ShouldBe(1);
        Should.Throw<ArgumentException>(() => health.Crash(0, "outage"));
    }

    [Fact]
    public void A_node_runs_when_no_fault_pauses_it_and_a_crash_ends_all_its_pauses()
    {
        var health = new NodeHealth(Cluster(2));
        health.Pause(1, "nap").ShouldBeTrue();
        health.Pause(1, "rest").ShouldBeFalse();
        (health.IsPaused(1), health.IsUp(1), health.IsPaused(2)).ShouldBe((true, true, false));
        health.Continue(1, "nap").ShouldBeFalse();
        health.Continue(1, "nap").ShouldBeFalse(); // it holds nothing any more
        health.Continue(1, "rest").ShouldBeTrue();
        health.IsPaused(1).ShouldBeFalse();

        health.Pause(1, "nap");
        health.Crash(1, "outage").ShouldBeTrue();
        health.IsPaused(1).ShouldBeFalse();
        health.Pause(1, "rest").ShouldBeFalse(); // there is nothing to pause
        health.Restore(1, "outage").ShouldBeTrue();
        health.IsPaused(1).ShouldBeFalse();
        health.Continue(1, "nap").ShouldBeFalse();
        Should.Throw<ArgumentException>(() => health.Pause(0, "nap"));
    }

    [Fact]
    public void Slowdowns_multiply_and_leave_no_trace()
    {
        var health = new NodeHealth(new([new("slow", ComputeTimeSpec.Zero, 1.1, null)], PlacementSpec.RoundRobin));
        health.Slow(1, "a", 3);
        health.Slow(1, "b", 0.7);
        health.SlowdownFactor(1).ShouldBe(1.1 * 3 * 0.7);
        health.EndSlow(1, "a").ShouldBeTrue();
        health.EndSlow(1, "a").ShouldBeFalse();
        health.EndSlow(1, "b").ShouldBeTrue();
        health.SlowdownFactor(1).ShouldBe(1.1);
        health.SlowdownFactor(0).ShouldBe(1);
    }
}
