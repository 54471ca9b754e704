using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Core.Tests.Faults;

/// <summary>Which nodes faults of failure domains strike, and draws of any number.</summary>
public sealed class DomainTests
{
    private static readonly Topology Racks = new([.. Enumerable.Range(1, 6).Select(k => $"node-{k}")],
        [new("rack-1", ["node-1", "node-2"]), new("rack-2", ["node-4", "node-3"]), new("power", ["node-2", "node-3", "node-5"])]);

    [Fact]
    public void A_domain_is_its_nodes() => Targets(Selector with { Domains = ["rack-2"] }).ShouldBe([3, 4]);

    [Fact]
    public void Several_domains_are_their_nodes_once() => Targets(Selector with { Domains = ["rack-1", "power"] }).ShouldBe([1, 2, 3, 5]);

    [Fact]
    public void All_domains_leave_out_who_is_in_none() => Targets(Selector with { Domains = ["all"] }).ShouldBe([1, 2, 3, 4, 5]);

    [Fact]
    public void Random_domains_are_whole_and_equally_likely()
    {
        Dictionary<string, int> counts = [];
        for (int repeat = 0; repeat < 3_000; repeat++)
        {
            string drawn = string.Join(' ', Targets(Selector with { RandomDomains = 1 }, repeat));
            counts[drawn] = counts.GetValueOrDefault(drawn) + 1;
        }

        counts.Keys.ShouldBe(["1 2", "3 4", "2 3 5"], ignoreOrder: true);
        counts.Values.ToArray().ShouldBeEquallyLikely();
        Targets(Selector with { RandomDomainShare = 0.5 }).Length.ShouldBeGreaterThanOrEqualTo(3, "half of three domains are two");
    }

    [Fact]
    public void Random_nodes_of_a_domain_are_of_that_domain()
    {
        for (int repeat = 0; repeat < 50; repeat++)
            Targets(new NodeSelector(null, false, 1, null) { Domains = ["power"] }, repeat).Single().ShouldBeOneOf(2, 3, 5);
    }

    [Fact]
    public void Up_to_so_many_is_any_number_equally_likely_and_any_node()
    {
        int[] numbers = new int[4], nodes = new int[6];
        for (int repeat = 0; repeat < 4_000; repeat++)
        {
            int[] drawn = Targets(Selector with { UpToShare = 0.5 }, repeat);
            numbers[drawn.Length]++;
            foreach (int node in drawn)
                nodes[node - 1]++;
        }

        numbers.ShouldBeEquallyLikely();
        nodes.ShouldBeEquallyLikely();
    }

    [Fact]
    public void Domains_that_are_not_there_are_an_error() =>
        Should.Throw<ArgumentException>(() => Targets(Selector with { Domains = ["rack-9"] })).Message.ShouldContain("rack-9");

    private static NodeSelector Selector => new(null, false, null, null);

    private static int[] Targets(NodeSelector nodes, int repeat = 0) =>
        [.. FaultTimeline.Build([new CrashFault("outage", default, nodes, null)], Racks, SeedTree.Root(3).Child(repeat)).Single().Targets];
}
