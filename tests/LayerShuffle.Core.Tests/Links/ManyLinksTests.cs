using CsCheck;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Links;

/// <summary>Ten thousand nodes have a hundred million links: what is known of a link is made when it is first used.</summary>
public sealed class ManyLinksTests
{
    private static readonly Gen<string[][]> Groups = Gen.Select(Gen.Int[0, 6].Select(k => k == 0 ? "coordinator" : k == 6 ? "all" : $"node-{k}").Array[0, 4],
        Gen.Int[0, 3])
        .Select((names, _) => names).Array[0, 4];

    [Fact]
    public void Ten_thousand_nodes_cost_what_their_used_links_cost()
    {
        Topology topology = Topology(10_000);
        string[] one = [.. Enumerable.Range(1, 5000).Select(k => $"node-{k}")], other = [.. Enumerable.Range(5001, 5000).Select(k => $"node-{k}")];
        var cut = new PartitionFault("cut", default, [one, other], null);
        var storm = new LinkFault("storm", default, ["all"], ["all"], new() { Loss = 1 }, null);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var injector = new LinkInjector(new(LinkConditions.Perfect, [new("all", "node-7", new() { Duplicate = 1 })]), topology, Seed);
        FaultTimeline.Build([cut, storm], topology, Seed).Count.ShouldBe(2);
        injector.Cut(cut);
        using (injector.ApplyPatch(storm))
        {
            injector.Send(1, 10_000, Key(0), 1, At(0)).Fate.ShouldBe(MessageFate.LinkDown);
            injector.Send(0, 10_000, Key(0), 1, At(0))[0].Fate.ShouldBe(CopyFate.Lost);
            injector.Send(0, 7, Key(0), 1, At(0)).Copies.ShouldBe(2);
        }

        injector.Send(0, 10_000, Key(0), 1, At(0))[0].Fate.ShouldBe(CopyFate.Delivered);
        injector.Records().Select(link => (link.From, link.To)).ShouldBe([("coordinator", "node-7"), ("coordinator", "node-10000"), ("node-1", "node-10000")]);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(10_000_000); // all links, at a byte each: 100,000,000
    }

    [Fact]
    public void A_partition_s_links_are_those_between_different_groups() => Groups.Sample(groups =>
    {
        Topology topology = Topology(5);
        IEnumerable<int> Members(string[] group) => group.Contains("all") ? Enumerable.Range(0, 6) : group.Select(topology.Index).Distinct();
        SortedSet<int> expected = [];
        for (int a = 0; a < groups.Length; a++)
            for (int b = 0; b < groups.Length; b++)
                if (a != b)
                    expected.UnionWith(from source in Members(groups[a])
                                       from sink in Members(groups[b])
                                       where source != sink
                                       select topology.LinkIndex(source,
                        sink));
        topology.LinksAcross(groups).ShouldBe(expected);
    });

    [Fact]
    public void A_link_first_used_in_the_middle_of_faults_is_as_one_used_from_the_beginning() =>
        Gen.Select(Gen.Int[0, 3].Array[0, 12], Gen.Int[0, 3].Array[0, 12]).Sample((begins, ends) =>
        {
            LinkException[] exceptions = [new("all", "node-1", new() { Loss = 0.1 }), new("node-2", "all", new() { Loss = 0.2, Corrupt = 0.3 }),
                new("all", "all", new() { Corrupt = 0.4 }), new("node-2", "node-1", new() { Duplicate = 0.5 })];
            LinkInjector early = Injector(Latency(1), 3, null, exceptions), late = Injector(Latency(1), 3, null, exceptions);
            (int, int)[] links = [.. from source in Enumerable.Range(0, 4) from sink in Enumerable.Range(0, 4) where source != sink select (source, sink)];
            foreach ((int from, int to) in links)
                early.Conditions(from, to);
            foreach (LinkInjector injector in new[] { early, late })
            {
                for (int i = 0; i < begins.Length; i++)
                    Begin(injector, begins[i], i);
                foreach (int fault in ends)
                    injector.Lift($"fault-{fault}");
            }

            foreach ((int from, int to) in links)
            {
                late.Conditions(from, to).ShouldBe(early.Conditions(from, to));
                late.IsUp(from, to).ShouldBe(early.IsUp(from, to));
            }
        });

    [Fact]
    public void An_exception_for_an_endpoint_that_is_not_there_is_a_mistake_at_once() =>
        Should.Throw<ArgumentException>(() => Injector(Latency(1), 2, null, new LinkException("all", "node-9", new() { Loss = 0.1 })));

    private static void Begin(LinkInjector injector, int fault, int at)
    {
        if (fault == 0)
            injector.Cut(new PartitionFault("fault-0", default, [["node-1"], ["node-2", "coordinator"]], null));
        else
            injector.ApplyPatch(new LinkFault($"fault-{fault}", Duration.FromMilliseconds(10 - at), ["all"], [$"node-{fault}"],
                new() { Loss = at / 20.0, Reorder = fault == 2 ? at / 30.0 : null }, null));
    }
}
