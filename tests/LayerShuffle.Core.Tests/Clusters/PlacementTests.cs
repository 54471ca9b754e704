using CsCheck;
using LayerShuffle.Core.Clusters;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Clusters;

public sealed class PlacementTests
{
    [Fact]
    public void Round_robin_puts_layer_i_on_node_i_mod_nodes()
    {
        var placement = Placement.Compute(Cluster(3), 8, 1);
        for (int layer = 0; layer < 8; layer++)
            placement.Copies(layer).ShouldBe([layer % 3 + 1]);
        placement.LayersOn(0).ShouldBeEmpty();
        placement.LayersOn(1).ShouldBe([0, 3, 6]);
    }

    [Fact]
    public void Further_copies_go_layers_further_and_move_on_from_a_node_that_has_one()
    {
        // 8 layers on 4 nodes: i + 8c falls on the same node for every c, so each copy moves on to the next.
        Placement.Compute(Cluster(4), 8, 3).Copies(2).ShouldBe([3, 4, 1]);
        // 8 layers on 3 nodes: i + 8c does not.
        Placement.Compute(Cluster(3), 8, 2).Copies(0).ShouldBe([1, 3]);
    }

    [Fact]
    public void Blocks_are_runs_as_even_as_can_be()
    {
        var placement = Placement.Compute(Cluster(3, new(PlacementKind.Blocks, null)), 8, 2);
        placement.Copies(0).ShouldBe([1, 2]);
        Enumerable.Range(0, 8).Select(layer => placement.Copies(layer)[0]).ShouldBe([1, 1, 1, 2, 2, 2, 3, 3]);
        Enumerable.Range(0, 8).Select(layer => placement.Copies(layer)[1]).ShouldBe([2, 2, 2, 3, 3, 3, 1, 1]);
    }

    [Fact]
    public void Every_copy_is_placed_and_no_two_on_one_node()
    {
        var sizes = Gen.Select(Gen.Int[1, 9], Gen.Int[0, 20],
            Gen.Enum<PlacementKind>().Where(kind => kind is not (PlacementKind.Explicit or PlacementKind.Capacity)));
        Gen.Select(sizes, Gen.Int[1, 9]).Where(sample => sample.Item2 <= sample.Item1.Item1).Sample((size, replicas) =>
        {
            (int nodes, int layers, PlacementKind kind) = size;
            var placement = Placement.Compute(Cluster(nodes, new(kind, null)), layers, replicas);
            for (int layer = 0; layer < layers; layer++)
            {
                placement.Copies(layer).Count.ShouldBe(replicas);
                placement.Copies(layer).Distinct().Count().ShouldBe(replicas);
                placement.Copies(layer).All(endpoint => endpoint >= 1 && endpoint <= nodes).ShouldBeTrue(); // ShouldAllBe compiles what it is given, every time
                foreach (int endpoint in placement.Copies(layer))
                    placement.LayersOn(endpoint).ShouldContain(layer);
            }
            int[] first = [.. Enumerable.Range(1, nodes)
                .Select(endpoint => Enumerable.Range(0, layers).Count(layer => placement.Copies(layer)[0] == endpoint))];
            (first.Max() - first.Min()).ShouldBeLessThanOrEqualTo(1);
        }, iter: 500, seed: "0000KOIPe036", threads: 1);
    }

    [Fact]
    public void Explicit_placement_is_as_listed_with_further_copies_on_the_nodes_that_follow()
    {
        var placement = Placement.Compute(Cluster(3, Explicit(("node-3", [0, 2]), ("node-1", [1]))), 3, 2);
        placement.Copies(0).ShouldBe([3, 1]);
        placement.Copies(1).ShouldBe([1, 2]);
        placement.LayersOn(1).ShouldBe([0, 1, 2]);
        Placement.Compute(Cluster(3, Explicit(("node-3", [0]), ("node-1", [0]))), 1, 2).Copies(0).ShouldBe([1, 3]);
        ClusterSpec copied = Cluster(3, Explicit(("node-3", [0, 2]), ("node-1", [0, 1])));
        Placement first = Placement.Compute(copied with { Placement = copied.Placement.FirstCopies(copied.Nodes) }, 3, 1);
        Enumerable.Range(1, 3).Select(first.LayersOn).ShouldBe([[0, 1], [], [2]]);
    }

    [Fact]
    public void Impossible_placements_are_refused_in_a_sentence()
    {
        Should.Throw<ArgumentException>(() => Placement.Compute(Cluster(2), 4, 3)).Message.ShouldContain("3 replicas");
        Should.Throw<ArgumentException>(() => Placement.Compute(Cluster(2, Explicit(("node-1", [0]))), 2, 1)).Message.ShouldContain("layer 1 on no node");
        Should.Throw<ArgumentException>(() => Placement.Compute(Cluster(2, Explicit(("node-1", [0, 5]))), 1, 1)).Message.ShouldContain("layer 5");
        Should.Throw<ArgumentException>(() => Placement.Compute(Cluster(2, Explicit(("node-7", [0]))), 1, 1)).Message.ShouldContain("node-7");
        Should.Throw<ArgumentException>(() => Placement.Compute(Cluster(2, Explicit(("node-1", [0]), ("node-2", [0]))), 1,
            1)).Message.ShouldContain("on 2 nodes");
    }

    private static PlacementSpec Explicit(params (string Node, int[] Layers)[] listed) =>
        new(PlacementKind.Explicit, listed.ToDictionary(item => item.Node, item => (IReadOnlyList<int>)item.Layers));
}
