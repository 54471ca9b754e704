using CsCheck;
using LayerShuffle.Core.Clusters;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Clusters;

public sealed class CapacityPlacementTests
{
    private const long Layer = 1000;

    [Fact]
    public void Equal_capacities_are_round_robin()
    {
        foreach (int nodes in (int[])[1, 2, 3, 5, 9])
        {
            var placement = Placement.Compute(By([.. Enumerable.Repeat(0.7, nodes)]), 8, 1);
            var expected = Placement.Compute(Cluster(nodes), 8, 1);
            Enumerable.Range(0, 8).Select(layer => placement.Copies(layer)[0])
                .ShouldBe(Enumerable.Range(0, 8).Select(layer => expected.Copies(layer)[0]), $"{nodes} nodes");
        }
    }

    [Fact]
    public void Twice_the_capacity_is_twice_the_layers()
    {
        // 2, then 1 = 1 = 1 (the earliest), … : quotients 2, 1, 2/3, 1/2 against 1, 1/2.
        var placement = Placement.Compute(By(2, 1, 1), 8, 1);
        Enumerable.Range(0, 8).Select(layer => placement.Copies(layer)[0]).ShouldBe([1, 1, 2, 3, 1, 1, 2, 3]);
    }

    [Fact]
    public void Capacity_is_one_by_slowdown_where_none_is_given()
    {
        ClusterSpec cluster = By(1, 1);
        cluster = cluster with { Nodes = [cluster.Nodes[0] with { Capacity = null, Slowdown = 3 }, cluster.Nodes[1] with { Capacity = null }] };
        Placement.Compute(cluster, 8, 1).LayersOn(1).Count.ShouldBe(2);
        Placement.Compute(cluster, 8, 1).LayersOn(2).Count.ShouldBe(6);
    }

    [Fact]
    public void A_full_node_is_passed_over()
    {
        var placement = Placement.Compute(Limited(By(100, 1, 1), (2 * Layer) + 999, null, Layer), 6, 1, Layer);
        placement.LayersOn(1).ShouldBe([0, 1]);
        placement.LayersOn(2).ShouldBe([2, 4, 5]);
        placement.LayersOn(3).ShouldBe([3]);
        Placement.Compute(Limited(By(100, 1, 1), 0, null, 0), 6, 1, Layer).LayersOn(2).Count.ShouldBe(6);
        Placement.Compute(Limited(By(100, 1, 1), 0, null, 0), 6, 1).LayersOn(1).Count.ShouldBe(6); // what a layer takes is not known
    }

    [Fact]
    public void Further_copies_go_where_none_is_yet()
    {
        // The first copies fill node-1 (quotients 4, 2, 4/3 beat 1); the second ones may not.
        var placement = Placement.Compute(By(4, 1, 1), 3, 2);
        placement.LayersOn(1).ShouldBe([0, 1, 2]);
        Enumerable.Range(0, 3).Select(layer => placement.Copies(layer)[1]).ShouldBe([2, 3, 2]);
    }

    [Fact]
    public void What_fits_nowhere_is_said()
    {
        PlacementException full = Should.Throw<PlacementException>(() => Placement.Compute(Limited(By(1, 1), Layer, 2 * Layer), 5, 1, Layer));
        full.Message.ShouldBe("The layers do not fit: layer 3 (1 KB) has no room on any node. It takes more `memory` or more nodes.");
        Should.Throw<PlacementException>(() => Placement.Compute(Limited(By(1, 1), 2 * Layer, Layer), 2, 2,
            Layer)).Problem.ShouldBe("copy 2 of layer 0 (1 KB) has no room on any node that has no copy of it");
    }

    [Fact]
    public void Other_placements_are_held_against_memory_too()
    {
        ClusterSpec cluster = Limited(Cluster(2), 4 * Layer, 3 * Layer) with { Placement = new(PlacementKind.Blocks, null) };
        Placement.Compute(cluster, 7, 1, Layer).LayersOn(1).Count.ShouldBe(4);
        Should.Throw<PlacementException>(() => Placement.Compute(cluster, 8, 1, Layer)).Message
            .ShouldBe("The layers do not fit: node-2 may host 3 KB, but is given 4 layers of 1 KB each. "
                + "It takes `memory` of 4 KB there, or another placement.");
        Placement.Compute(cluster, 8, 1).LayersOn(2).Count.ShouldBe(4);
    }

    [Fact]
    public void Every_layer_has_its_copies_and_no_node_more_than_it_holds()
    {
        var nodes = Gen.Select(Gen.Double[0.1, 20], Gen.Int[0, 6]).Array[1, 7];
        Gen.Select(nodes, Gen.Int[0, 20], Gen.Int[1, 3]).Where(sample => sample.Item3 <= sample.Item1.Length).Sample((all, layers, replicas) =>
        {
            ClusterSpec cluster = Limited(By([.. all.Select(node => node.Item1)]), [.. all.Select(node => (long?)(node.Item2 * Layer))]);
            Placement placement;
            try
            {
                placement = Placement.Compute(cluster, layers, replicas, Layer);
            }
            catch (PlacementException)
            {
                if (replicas == 1)
                    all.Sum(node => node.Item2).ShouldBeLessThan(layers);
                return;
            }

            for (int layer = 0; layer < layers; layer++)
                placement.Copies(layer).Distinct().Count().ShouldBe(replicas);
            for (int node = 0; node < all.Length; node++)
                placement.LayersOn(node + 1).Count.ShouldBeLessThanOrEqualTo(all[node].Item2);
        }, iter: 2000, threads: 1);
    }

    [Fact]
    public void Nobody_has_less_than_its_share_rounded_down_and_no_layer_lies_better_elsewhere()
    {
        Gen.Select(Gen.Double[0.1, 20].Array[1, 7], Gen.Int[0, 60]).Sample((capacities, layers) =>
        {
            var placement = Placement.Compute(By(capacities), layers, 1);
            double total = capacities.Sum();
            int[] counts = [.. capacities.Select((_, node) => placement.LayersOn(node + 1).Count)];
            counts.Sum().ShouldBe(layers);
            for (int node = 0; node < capacities.Length; node++)
            {
                // What is known of D'Hondt's rule: it keeps to the lower quota (not to the upper one: the largest may have more than one too many).
                counts[node].ShouldBeGreaterThanOrEqualTo((int)Math.Floor((layers * capacities[node] / total) - 1e-9));
                for (int other = 0; other < capacities.Length; other++)
                    (capacities[other] / (counts[other] + 1) * counts[node]).ShouldBeLessThanOrEqualTo(capacities[node] * (1 + 1e-12));
            }
        }, iter: 1000, threads: 1);
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(28_350_000, "28.4 MB")]
    [InlineData(2_000_000_000, "2 GB")]
    public void Sizes_are_readable(long bytes, string text) => DataSize.Text(bytes).ShouldBe(text);

    [Fact]
    public void A_size_that_must_do_is_rounded_up() => DataSize.Text(56_010_000, roundUp: true).ShouldBe("56.1 MB");

    private static ClusterSpec By(params double[] capacities) => new(
        [.. capacities.Select((capacity, i) => new NodeSpec($"node-{i + 1}", ComputeTimeSpec.Zero, 1, null) { Capacity = capacity })],
            new(PlacementKind.Capacity, null));

    private static ClusterSpec Limited(ClusterSpec cluster, params long?[] memory) =>
        cluster with { Nodes = [.. cluster.Nodes.Zip(memory, (node, bytes) => node with { MemoryBytes = bytes })] };
}
