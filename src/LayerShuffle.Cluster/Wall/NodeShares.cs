using LayerShuffle.Core.Clusters;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Wall;

/// <summary>What a node has, and what it is given for it where the scenario leaves that open.</summary>
/// <param name="Node">It, as it joined.</param>
/// <param name="Device">Where it computes: cpu, cuda or cuda:N.</param>
/// <param name="Capacity">Its share of the layers relative to the others'.</param>
/// <param name="MemoryBytes">The most weights it may host, in bytes.</param>
public sealed record NodeShare(NodeInfo Node, string Device, double Capacity, long MemoryBytes);

/// <summary>What the nodes of a cluster have: the capacity and the memory of those for which the scenario says nothing else.</summary>
public sealed class NodeShares
{
    /// <summary>The capacity of a CUDA device, in computing threads of a processor. ARCHITECTURE.md has the reasons.</summary>
    public const double GpuCapacity = 32;

    private readonly Dictionary<string, NodeShare> byName;

    /// <summary>Measures the nodes that are there.</summary>
    /// <param name="joined">All that have joined: those that joined from one address share that machine.</param>
    /// <param name="device">The device that the scenario gives a node; null: the one that the node asked for.</param>
    public NodeShares(IReadOnlyList<NodeInfo> joined, Func<string, string?> device)
    {
        All = [.. joined.Select(node => Measure(node, [.. joined.Where(other => other.From.Address.Equals(node.From.Address))], device))];
        byName = All.ToDictionary(share => share.Node.Name);
    }

    /// <summary>All nodes, in the order of joining.</summary>
    public IReadOnlyList<NodeShare> All { get; }

    /// <summary>
    /// Fills in what a cluster leaves open. A node that has not joined counts as the average of those that have by its capacity, and as the least of them by
    /// its memory.
    /// </summary>
    /// <param name="cluster">The scenario's nodes.</param>
    /// <param name="memory">Whether weights are hosted: where the network alone is simulated, only a limit that the scenario gives counts.</param>
    public ClusterSpec Fill(ClusterSpec cluster, bool memory) => All.Count == 0 ? cluster : cluster with
    {
        Nodes = [.. cluster.Nodes.Select(node =>
        {
            NodeShare? share = byName.GetValueOrDefault(node.Name);
            return node with
            {
                Capacity = node.Capacity ?? (share?.Capacity ?? All.Average(other => other.Capacity)) / node.Slowdown,
                MemoryBytes = node.MemoryBytes ?? (memory ? share?.MemoryBytes ?? All.Min(other => other.MemoryBytes) : null),
            };
        })],
    };

    private static NodeShare Measure(NodeInfo node, NodeInfo[] together, Func<string, string?> device)
    {
        string own = Device(node);
        double capacity = own == "cpu"
            ? node.Capabilities.Threads ?? Math.Max(1, node.Capabilities.Cores / together.Length)
            : GpuCapacity / together.Count(other => Device(other) == own);
        return new NodeShare(node, own, Math.Max(capacity, 1), Math.Max(0, node.Capabilities.MemoryBytes) / 2 / together.Length);

        string Device(NodeInfo info) => (device(info.Name) ?? info.Capabilities.Device) is var name && name == "cuda" ? "cuda:0" : name;
    }
}
