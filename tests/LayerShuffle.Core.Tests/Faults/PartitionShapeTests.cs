using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Seeds;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Faults;

/// <summary>Who reaches whom in each shape of a partition: c is the coordinator, 1 to 4 are nodes.</summary>
public sealed class PartitionShapeTests
{
    private static readonly PartitionFault Split = new("split", default, [["node-1"]], null);

    [Theory]
    [InlineData(PartitionDirection.Both, "c1 1c 12 21 13 31 14 41")]
    [InlineData(PartitionDirection.In, "c1 21 31 41")]
    [InlineData(PartitionDirection.Out, "1c 12 13 14")]
    public void One_against_the_rest_loses_what_its_direction_says(PartitionDirection direction, string down) =>
        Down(Split with { Shape = PartitionShape.Rest, Direction = direction }).ShouldBe(Links(down));

    [Fact]
    public void An_isolated_node_reaches_nobody() =>
        Down(Split with { Groups = [], Shape = PartitionShape.Isolate, Middle = "node-3" }).ShouldBe(Links("c3 3c 13 31 23 32 34 43"));

    [Fact]
    public void Groups_with_others_left_out_keep_their_links_to_them() =>
        Down(Split with { Groups = [["node-1", "node-2"], ["node-3"]], Direction = PartitionDirection.Out }).ShouldBe(Links("13 23"));

    [Fact]
    public void Random_halves_cut_every_link_between_them_and_none_within()
    {
        for (int repeat = 0; repeat < 30; repeat++)
        {
            FaultEvent begin = First(Split with { Groups = [], Shape = PartitionShape.RandomHalves }, repeat);
            begin.Groups!.Select(group => group.Count).ShouldBe([2, 3]);
            begin.Groups!.SelectMany(group => group).ShouldBe(["coordinator", "node-1", "node-2", "node-3", "node-4"], ignoreOrder: true);
            Held(begin).Length.ShouldBe(2 * 2 * 3);
            foreach (string within in begin.Groups!.SelectMany(group => group.SelectMany(a => group.Select(b => Letter(a) + Letter(b)))))
                Held(begin).ShouldNotContain(within);
        }
    }

    [Fact]
    public void Every_split_into_halves_is_as_likely()
    {
        Dictionary<string, int> counts = [];
        for (int repeat = 0; repeat < 4_000; repeat++)
        {
            string half = string.Join(' ', First(Split with { Groups = [], Shape = PartitionShape.RandomHalves }, repeat).Groups![0]);
            counts[half] = counts.GetValueOrDefault(half) + 1;
        }

        counts.Count.ShouldBe(10, "two of five");
        counts.Values.ToArray().ShouldBeEquallyLikely();
    }

    [Fact]
    public void A_bridge_reaches_both_halves_and_nobody_else_reaches_the_other()
    {
        for (int repeat = 0; repeat < 30; repeat++)
        {
            FaultEvent begin = First(Split with { Groups = [], Shape = PartitionShape.Bridge, Middle = "node-2" }, repeat);
            begin.Groups!.Select(group => group.Count).ShouldBe([2, 2]);
            string[] held = Held(begin);
            held.Length.ShouldBe(2 * 2 * 2);
            held.ShouldAllBe(link => !link.Contains('2', StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_node_that_is_drawn_is_another_from_strike_to_strike()
    {
        PartitionFault alone = Split with
        {
            Groups = [],
            Shape = PartitionShape.Isolate,
            HealAfter = Ms(1),
            Timing = FaultTiming.Once with { Every = Ms(2) },
        };
        FaultTimeline.Events([alone], Topology(4), Seed).Where(item => item.Begins).Take(100)
            .Select(item => item.Groups![0].Single()).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public void A_flapping_partition_cuts_and_heals_and_the_injector_follows()
    {
        PartitionFault flap = Split with { Shape = PartitionShape.Rest, HealAfter = Ms(5), Timing = FaultTiming.Once with { Every = Ms(10), Until = Ms(28) } };
        LinkInjector injector = Injector(new(), 4);
        List<string> states = [];
        Dictionary<string, LinkHold> holds = [];
        foreach (FaultEvent strike in FaultTimeline.Build([flap], Topology(4), Seed))
        {
            if (strike.Begins)
                holds[strike.Hold] = injector.Cut(strike);
            else
                holds[strike.Hold].Dispose();
            states.Add(FormattableString.Invariant(
                $"{strike.At.TotalMilliseconds} {(injector.IsUp(1, 2) ? "up" : "down")} {(injector.IsUp(2, 3) ? "up" : "down")}"));
        }

        states.ShouldBe(["0 down up", "5 up up", "10 down up", "15 up up", "20 down up", "25 up up"]);
    }

    [Theory]
    [InlineData(PartitionDirection.Both, "node-1 | rest")]
    [InlineData(PartitionDirection.In, "node-1 <- rest")]
    [InlineData(PartitionDirection.Out, "node-1 -> rest")]
    public void The_ledger_says_who_was_parted_from_whom(PartitionDirection direction, string words)
    {
        PartitionFault fault = Split with { Shape = PartitionShape.Rest, Direction = direction };
        FaultEffects.Target(First(fault, 0)).ShouldBe(words);
        FaultEffects.Asked(fault).ShouldBe(words);
    }

    private static FaultEvent First(PartitionFault fault, int repeat) => FaultTimeline.Events([fault], Topology(4), SeedTree.Root(5).Child(repeat)).First();

    private static string[] Down(PartitionFault fault) => Held(First(fault, 0));

    private static string[] Held(FaultEvent begin) => [.. begin.Targets.Select(Topology(4).LinkEnds)
        .Select(ends => Letter(Topology(4).Name(ends.From)) + Letter(Topology(4).Name(ends.To))).Order(StringComparer.Ordinal)];

    private static string[] Links(string words) => [.. words.Split(' ').Order(StringComparer.Ordinal)];

    private static string Letter(string endpoint) => endpoint == "coordinator" ? "c" : endpoint[^1..];
}
