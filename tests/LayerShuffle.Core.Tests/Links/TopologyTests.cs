using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Links;

public sealed class TopologyTests
{
    [Fact]
    public void The_coordinator_comes_first_and_nodes_follow()
    {
        var topology = Topology(3);
        topology.Count.ShouldBe(4);
        topology.Name(0).ShouldBe("coordinator");
        topology.Index("node-3").ShouldBe(3);
        Should.Throw<ArgumentException>(() => topology.Index("node-4")).Message.ShouldContain("node-4");
    }

    [Fact]
    public void A_name_is_given_once() =>
        Should.Throw<ArgumentException>(() => new LayerShuffle.Core.Clusters.Topology(["a", "coordinator"]));

    [Fact]
    public void Every_link_has_an_index_of_its_own()
    {
        var topology = Topology(3);
        var links = topology.LinksBetween(["all"], ["all"]);
        links.Count.ShouldBe(4 * 3);
        links.ShouldBe(links.Distinct().Order());
        foreach (int link in links)
        {
            (int from, int to) = topology.LinkEnds(link);
            from.ShouldNotBe(to);
            topology.LinkIndex(from, to).ShouldBe(link);
        }
    }

    [Fact]
    public void A_partition_cuts_only_links_between_different_listed_groups()
    {
        var topology = Topology(4);
        topology.LinksAcross([["node-1", "node-2"], ["node-3"]]).ShouldBe(
            new[] { (1, 3), (2, 3), (3, 1), (3, 2) }.Select(link => topology.LinkIndex(link.Item1, link.Item2)));
    }
}
