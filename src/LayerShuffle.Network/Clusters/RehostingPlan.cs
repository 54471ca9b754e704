namespace LayerShuffle.Network.Clusters;

/// <summary>Who takes over which layers.</summary>
/// <param name="Moves">Each layer that finds a host, and the host's endpoint; in the order in which they were asked for.</param>
/// <param name="Orphans">The layers that fit on no survivor, in the order in which they were asked for.</param>
public sealed record RehostingPlan(IReadOnlyList<(int Layer, int Endpoint)> Moves, IReadOnlyList<int> Orphans);
