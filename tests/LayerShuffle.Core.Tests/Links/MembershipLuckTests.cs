using LayerShuffle.Core.Links;
using LayerShuffle.Core.Seeds;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Links;

/// <summary>What links do to the cluster's own gossip and heartbeats.</summary>
public sealed class MembershipLuckTests
{
    private const int Messages = 20_000;
    private static readonly LinkPatch Conditions = new()
    {
        Loss = 0.2,
        Corrupt = 0.1,
        Duplicate = 0.1,
        Reorder = 0.1,
        Latency = Jitter(20, 5),
        Bandwidth = 1000
    };

    [Fact]
    public void They_are_lost_as_data_is_and_delayed_by_a_latency()
    {
        LinkInjector injector = Injector(Conditions);
        ControlVerdict[] verdicts = [.. Enumerable.Range(0, Messages).Select(i => injector.SendMembership(0, 1, At(i)))];
        verdicts.LongCount(verdict => verdict.Fate == ControlFate.Lost).ShouldBeBinomial(Messages, 0.2);
        double[] delays = [.. verdicts.Select((verdict, i) => (verdict, i)).Where(pair => pair.verdict.Delivered)
            .Select(pair => (pair.verdict.At - At(pair.i)).TotalMilliseconds)];
        delays.Average().ShouldBe(20, 0.2);
        delays.Distinct().Count().ShouldBeGreaterThan(Messages / 2);
    }

    [Fact]
    public void They_end_at_a_cut_and_meet_what_faults_make_of_a_link()
    {
        LinkInjector injector = Injector(Latency(5));
        injector.SendMembership(0, 1, At(0)).ShouldBe(new ControlVerdict(ControlFate.Delivered, At(5)));
        using (injector.Cut("cut", Topology(2).LinksBetween(["coordinator"], ["node-1"])))
        {
            injector.SendMembership(0, 1, At(1)).Fate.ShouldBe(ControlFate.LinkDown);
            injector.SendMembership(1, 0, At(1)).Delivered.ShouldBeTrue(); // links are directed
        }

        using (injector.ApplyPatch("storm", Topology(2).LinksBetween(["coordinator"], ["node-1"]), new() { Loss = 1, }, 0))
            injector.SendMembership(0, 1, At(2)).Fate.ShouldBe(ControlFate.Lost);
        injector.SendMembership(0, 1, At(3)).ShouldBe(new ControlVerdict(ControlFate.Delivered, At(8)));
    }

    [Fact]
    public void They_touch_no_other_draw_and_no_statistics()
    {
        LinkInjector quiet = Injector(Conditions), busy = Injector(Conditions);
        for (int i = 0; i < 2000; i++)
        {
            busy.SendMembership(0, 1, At(i));
            SendVerdict expected = quiet.Send(0, 1, Key(i), 10, At(i)), actual = busy.Send(0, 1, Key(i), 10, At(i));
            actual.Copies.ShouldBe(expected.Copies);
            for (int copy = 0; copy < expected.Copies; copy++)
                actual[copy].ShouldBe(expected[copy]);
            busy.SendControl(0, 1, ControlKind.Ack, Key(i), 0, At(i)).ShouldBe(quiet.SendControl(0, 1, ControlKind.Ack, Key(i), 0, At(i)));
        }

        busy.Records().ShouldBe(quiet.Records());
    }

    [Fact]
    public void Their_luck_comes_from_the_seed_and_is_each_links_own()
    {
        ControlFate[] Fates(SeedTree seed, int from, int to)
        {
            LinkInjector injector = Injector(new() { Loss = 0.5 }, seed: seed);
            return [.. Enumerable.Range(0, 200).Select(i => injector.SendMembership(from, to, At(i)).Fate)];
        }

        Fates(Seed, 0, 1).ShouldBe(Fates(Seed, 0, 1));
        Fates(Seed, 0, 1).ShouldNotBe(Fates(Seed, 1, 0));
        Fates(Seed, 0, 1).ShouldNotBe(Fates(SeedTree.Root(8).Child(0), 0, 1));
    }
}
