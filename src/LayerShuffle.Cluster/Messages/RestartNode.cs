namespace LayerShuffle.Cluster.Messages;

/// <summary>The node is back, as another incarnation.</summary>
/// <param name="Incarnation">The new incarnation's number.</param>
public sealed record RestartNode(int Incarnation);
