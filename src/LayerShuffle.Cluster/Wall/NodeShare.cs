using LayerShuffle.Cluster.Processes;

namespace LayerShuffle.Cluster.Wall;

/// <summary>What a node has, and what it is given for it where the scenario leaves that open.</summary>
/// <param name="Node">It, as it joined.</param>
/// <param name="Device">Where it computes: cpu, cuda or cuda:N.</param>
/// <param name="Capacity">Its share of the layers relative to the others'.</param>
/// <param name="MemoryBytes">The most weights it may host, in bytes.</param>
public sealed record NodeShare(NodeInfo Node, string Device, double Capacity, long MemoryBytes);
