namespace LayerShuffle.Network.Clusters;

/// <summary>A node that may take over layers of another.</summary>
/// <param name="Endpoint">The node.</param>
/// <param name="Capacity">Its share of the layers relative to the others', greater than 0.</param>
/// <param name="MemoryBytes">The most weights it may host, in bytes; null: no limit.</param>
/// <param name="Hosted">The layers that it hosts now.</param>
public sealed record Survivor(int Endpoint, double Capacity, long? MemoryBytes, IReadOnlyCollection<int> Hosted);
