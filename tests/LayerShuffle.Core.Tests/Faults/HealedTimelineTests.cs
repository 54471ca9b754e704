using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Faults;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Faults;

public sealed class HealedTimelineTests
{
    private static readonly FaultSpec[] Faults =
    [
        new CrashFault("forever", Ms(10), NodeSelector.Of("node-1"), null), new CrashFault("short", Ms(20), NodeSelector.Of("node-2"), Ms(30)),
        new CrashFault("long", Ms(40), NodeSelector.Of("node-2"), Ms(500)), new PauseFault("nap", Ms(90), NodeSelector.Of("node-3"), null),
        new PartitionFault("split", Ms(95), [["node-1"], ["node-2"]], Ms(5)), new LinkFault("storm", Ms(99), ["all"], ["all"], new() { Loss = 0.5 }, null),
        new SlowdownFault("late", Ms(100), NodeSelector.Of("node-1"), 2, null), new CrashFault("later", Ms(200), NodeSelector.Of("node-1"), null),
        new MemoryFault("flips", Ms(60), NodeSelector.Of("node-1"), 1, default),
        new ByzantineFault("liar", Ms(70), NodeSelector.Of("node-1"), default, 1, null),
    ];

    [Fact]
    public void From_then_on_nothing_begins_and_everything_that_lasts_is_lifted()
    {
        IReadOnlyList<FaultEvent> healed = [.. HealedTimeline.Of(FaultTimeline.Build(Faults, Topology(3), Seed), Ms(100))];
        healed.Select(item => (item.At, item.Fault.Name, item.Begins)).ShouldBe(
        [
            (At(10), "forever", true), (At(20), "short", true), (At(40), "long", true), (At(50), "short", false), (At(60), "flips", true),
            (At(70), "liar", true), (At(90), "nap", true), (At(95), "split", true), (At(99), "storm", true), (At(100), "forever", false),
            (At(100), "long", false),
            (At(100), "liar", false), (At(100), "nap", false), (At(100), "split", false), (At(100), "storm", false),
        ]);
        healed.Where(item => item.Begins).ShouldAllBe(item => item.Ends || item.Fault is MemoryFault, "who carries them out knows that they end");
        healed.ShouldAllBe(item => item.Targets.Count > 0);
    }

    /// <summary>Found by the swarm: lifted, it struck again, and flipped other bits.</summary>
    [Fact]
    public void A_fault_that_is_over_at_once_does_not_strike_again_when_all_are_lifted()
    {
        FaultSpec[] faults = [new MemoryFault("bits", Ms(10), NodeSelector.Of("node-1"), 1, BitField.Any),
            new PauseFault("nap", Ms(20), NodeSelector.Of("node-2"), null)];
        HealedTimeline.Of(FaultTimeline.Build(faults, Topology(3), Seed), Ms(100)).Select(item => (item.At, item.Fault.Name, item.Begins))
            .ShouldBe([(At(10), "bits", true), (At(20), "nap", true), (At(100), "nap", false)]);
    }

    [Fact]
    public void Without_healing_a_timeline_is_what_it_was()
    {
        IReadOnlyList<FaultEvent> events = FaultTimeline.Build(Faults, Topology(3), Seed);
        HealedTimeline.Of(events, null).ShouldBeSameAs(events);
        HealedTimeline.Of(events, Ms(10)).ShouldBeEmpty();
    }

    [Fact]
    public void What_strikes_for_ever_is_lifted_too()
    {
        var loop = new CrashFault("loop", Ms(10), NodeSelector.Of("node-1"), Ms(30)) { Timing = FaultTiming.Once with { Every = Ms(40) } };
        var churn = new ChurnFault("churn", default, new NodeSelector(null, true, null, null), Ms(5), Ms(5), 1, null);
        FaultEvent[] healed = [.. HealedTimeline.Of(FaultTimeline.Events([loop, churn], Topology(3), Seed), Ms(100))];
        healed.Where(item => item.Fault == loop).Select(item => (item.At, item.Begins))
            .ShouldBe([(At(10), true), (At(40), false), (At(50), true), (At(80), false), (At(90), true), (At(100), false)]);
        foreach (IGrouping<int, FaultEvent> node in healed.Where(item => item.Fault == churn).GroupBy(item => item.Targets[0]))
            node.Select((item, i) => item.Begins == (i % 2 == 0)).ShouldAllBe(right => right);
        healed.GroupBy(item => (item.Hold, item.Targets[0])).ShouldAllBe(held => !held.Last().Begins);
        healed[^1].At.ShouldBe(At(100));
    }
}
