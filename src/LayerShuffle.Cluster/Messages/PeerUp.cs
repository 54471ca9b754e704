using LayerShuffle.Cluster.Wall;

namespace LayerShuffle.Cluster.Messages;

/// <summary>An endpoint serves (again) at an address.</summary>
/// <param name="Address">Where.</param>
public sealed record PeerUp(PeerAddress Address);
