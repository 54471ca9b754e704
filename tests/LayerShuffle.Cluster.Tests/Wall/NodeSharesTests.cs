using System.Net;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Tests.Wall;

/// <summary>What nodes are given for what they have.</summary>
public sealed class NodeSharesTests
{
    private const long Gigabyte = 1_000_000_000;

    [Fact]
    public void Nodes_of_one_machine_share_it()
    {
        var shares = new NodeShares([Node("a", "10.0.0.1", 8, 32), Node("b", "10.0.0.2", 5, 16), Node("c", "10.0.0.2", 5, 16), Node("d", "10.0.0.3", 1, 2),
            Node("e", "10.0.0.3", 1, 2)], _ => null);
        shares.All.Select(share => share.Capacity).ShouldBe([8, 2, 2, 1, 1]);
        shares.All.Select(share => share.MemoryBytes / (Gigabyte / 10)).ShouldBe([160, 40, 40, 5, 5]);
    }

    [Fact]
    public void Threads_that_were_asked_for_are_its_capacity() =>
        new NodeShares([Node("a", "10.0.0.1", 8, 32, threads: 3)], _ => null).All[0].Capacity.ShouldBe(3);

    [Fact]
    public void A_gpu_is_shared_by_those_who_compute_on_it()
    {
        NodeInfo[] joined = [Node("a", "10.0.0.1", 8, 32, "cuda"), Node("b", "10.0.0.1", 8, 32, "cuda:0"), Node("c", "10.0.0.1", 8, 32, "cuda:1"),
            Node("d", "10.0.0.1", 8, 32), Node("e", "10.0.0.2", 8, 32)];
        var shares = new NodeShares(joined, name => name == "e" ? "cuda:0" : null);
        shares.All.Select(share => share.Capacity)
            .ShouldBe([NodeShares.GpuCapacity / 2, NodeShares.GpuCapacity / 2, NodeShares.GpuCapacity, 2, NodeShares.GpuCapacity]);
        shares.All.Select(share => share.Device).ShouldBe(["cuda:0", "cuda:0", "cuda:1", "cpu", "cuda:0"]);
    }

    [Fact]
    public void What_the_scenario_says_counts()
    {
        var shares = new NodeShares([Node("a", "10.0.0.1", 8, 32), Node("b", "10.0.0.2", 6, 16)], _ => null);
        var given = new NodeSpec("a", ComputeTimeSpec.Zero, 4, null) { Capacity = 7, MemoryBytes = 5 };
        var cluster = new ClusterSpec([given, new NodeSpec("b", ComputeTimeSpec.Zero, 4, null), new NodeSpec("x", ComputeTimeSpec.Zero, 1, null)],
            new(PlacementKind.Capacity, null));
        ClusterSpec filled = shares.Fill(cluster, memory: true);
        filled.Nodes.Select(node => (node.Capacity, node.MemoryBytes)).ShouldBe([(7.0, 5), (1.5, 8 * Gigabyte), (7.0, 8 * Gigabyte)]);
        shares.Fill(cluster, memory: false).Nodes.Select(node => node.MemoryBytes).ShouldBe([5, null, null]);
    }

    [Fact]
    public void What_a_node_says_of_itself_cannot_be_less_than_nothing() =>
        new NodeShares([Node("a", "10.0.0.1", -3, -1)], _ => null).All.ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(share => share.Capacity.ShouldBe(1), share => share.MemoryBytes.ShouldBe(0));

    private static NodeInfo Node(string name, string address, int cores, int gigabytes, string device = "cpu", int? threads = null) => new(
        name, address, new IPEndPoint(IPAddress.Parse(address), 1000 + name[0]),
            new NodeCapabilities(name, "linux", "x64", cores, gigabytes * Gigabyte, [], device, threads), true, 0, null);
}
