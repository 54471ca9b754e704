using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Faults;

public sealed class FaultTimelineTests
{
    [Fact]
    public void Events_go_by_time_then_by_the_scenario_then_beginning_before_end()
    {
        FaultSpec[] faults =
        [
            new CrashFault("late", Ms(20), NodeSelector.Of("node-2"), null),
            new SlowdownFault("straggler", Ms(5), NodeSelector.Of("node-1"), 8, Ms(15)),
            new LinkFault("blink", Ms(20), ["all"], ["node-1"], new() { Loss = 0.3 }, Duration.Zero),
            new PartitionFault("split", Ms(0), [["node-1"], ["node-2", "coordinator"]], Ms(5)),
        ];
        var events = FaultTimeline.Build(faults, Topology(3), Seed);
        events.Select(item => $"{item.At.TotalMilliseconds} {item.Fault.Name} {(item.Begins ? "begins" : "ends")}").ShouldBe(
        [
            "0 split begins", "5 straggler begins", "5 split ends", "20 late begins", "20 straggler ends", "20 blink begins", "20 blink ends",
        ]);
        events[0].Targets.ShouldBe(new[] { (0, 1), (1, 0), (1, 2), (2, 1) }.Select(link => Topology(3).LinkIndex(link.Item1, link.Item2)));
        events[1].Targets.ShouldBe([1]);
        events[5].Targets.ShouldBe(new[] { 0, 2, 3 }.Select(from => Topology(3).LinkIndex(from, 1)));
    }

    [Fact]
    public void Pauses_strike_the_nodes_that_a_crash_of_that_name_would()
    {
        var two = new NodeSelector(null, false, 2, null);
        var events = FaultTimeline.Build([new PauseFault("outage", Ms(5), two, Ms(15))], Topology(6), Seed);
        events.Select(item => (item.At, item.Begins)).ShouldBe([(At(5), true), (At(20), false)]);
        events.ShouldAllBe(item => item.Targets.SequenceEqual(Targets(two, 6, Seed)));
        FaultTimeline.Build([new PauseFault("nap", Ms(5), two, null)], Topology(6), Seed).ShouldHaveSingleItem().Begins.ShouldBeTrue();
        Should.Throw<ArgumentException>(() => FaultTimeline.Build([new PauseFault("nap", Ms(5), NodeSelector.Of("coordinator"), null)], Topology(6),
            Seed)).Message.ShouldContain("only nodes");
    }

    [Theory]
    [InlineData(0.25, 4, 1)]
    [InlineData(0.26, 4, 2)]
    [InlineData(0.07, 100, 7)]
    [InlineData(0.01, 3, 1)]
    [InlineData(1.0, 5, 5)]
    public void A_random_share_rounds_up(double share, int nodes, int expected) =>
        Targets(new(null, false, null, share), nodes, Seed).Length.ShouldBe(expected);

    [Fact]
    public void All_means_the_nodes() => Targets(new(null, true, null, null), 3, Seed).ShouldBe([1, 2, 3]);

    [Fact]
    public void Named_nodes_are_struck_once_and_never_the_coordinator()
    {
        Targets(NodeSelector.Of("node-3", "node-1", "node-3"), 3, Seed).ShouldBe([1, 3]);
        Should.Throw<ArgumentException>(() => Targets(NodeSelector.Of("coordinator"), 3, Seed)).Message.ShouldContain("coordinator");
        Should.Throw<ArgumentException>(() => Targets(new(null, false, 4, null), 3, Seed)).Message.ShouldContain("4 nodes");
    }

    [Fact]
    public void Every_node_is_as_likely_to_be_struck()
    {
        int[] counts = new int[5];
        for (int repeat = 0; repeat < 5_000; repeat++)
            counts[Targets(new(null, false, 1, null), 5, SeedTree.Root(3).Child(repeat))[0] - 1]++;
        counts.ShouldBeEquallyLikely();
    }

    [Fact]
    public void Those_struck_by_a_smaller_number_are_among_those_struck_by_a_greater_one()
    {
        for (int count = 1; count < 6; count++)
            Targets(new(null, false, count, null), 6, Seed).ShouldBeSubsetOf(Targets(new(null, false, count + 1, null), 6, Seed));
    }

    private static int[] Targets(NodeSelector nodes, int count, SeedTree seed) =>
        [.. FaultTimeline.Build([new CrashFault("outage", default, nodes, null)], Topology(count), seed).Single().Targets];
}
