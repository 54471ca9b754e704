using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Time;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Clusters;

/// <summary>Energy and money, by hand.</summary>
public sealed class TrialCostTests
{
    private static readonly Duration Length = Duration.FromSeconds(10);
    private static readonly Duration[] Computed = [Duration.FromSeconds(4), Duration.FromSeconds(1)];

    [Fact]
    public void Two_nodes_draw_idle_power_all_the_time_and_the_difference_while_they_compute()
    {
        // 2 W · 10 s + 4 W · 4 s = 36 J; 1 W · 10 s + 2 W · 1 s = 12 J; 8,000 bits at 50 nJ are 0.4 mJ.
        ClusterSpec cluster = Nodes(new(2, 6), new(1, 3));
        TrialCost.Joules(cluster, Length, Computed, 1000).ShouldBe(48);
        TrialCost.Joules(cluster with { JoulesPerBit = 50e-9 }, Length, Computed, 1000).ShouldBe(48.0004);
    }

    [Fact]
    public void What_is_not_given_is_not_known_and_what_is_given_in_part_counts_in_part()
    {
        TrialCost.Joules(Nodes(null, null), Length, [], 1000).ShouldBeNull();
        TrialCost.Joules(Nodes(null, null) with { JoulesPerBit = 1e-3 }, Length, [], 1000).ShouldBe(8);
        TrialCost.Joules(Nodes(null, new(1, 3)), Length, Computed, 1000).ShouldBe(12);
    }

    [Fact]
    public void Nodes_cost_their_price_for_the_time()
    {
        ClusterSpec cluster = Nodes(null, null);
        TrialCost.Price(cluster, Length).ShouldBeNull();
        NodeSpec[] priced = [cluster.Nodes[0] with { PricePerHour = 0.36 }, cluster.Nodes[1]];
        TrialCost.Price(cluster with { Nodes = priced }, Length).ShouldNotBeNull().ShouldBe(0.001, 1e-15);
    }

    private static ClusterSpec Nodes(PowerSpec? first, PowerSpec? second)
    {
        ClusterSpec cluster = Cluster(2);
        return cluster with { Nodes = [cluster.Nodes[0] with { Power = first }, cluster.Nodes[1] with { Power = second }] };
    }
}
