using LayerShuffle.Cluster.Wall;

namespace LayerShuffle.Cluster.Messages;

/// <summary>To an endpoint: show on both planes that you reach these. Repeated until they have been heard; each receiver tells the coordinator.</summary>
/// <param name="Round">Which proof it belongs to.</param>
/// <param name="Peers">Whom to reach.</param>
public sealed record ProveReach(int Round, PeerAddress[] Peers);
