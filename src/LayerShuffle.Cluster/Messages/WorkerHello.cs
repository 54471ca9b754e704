using LayerShuffle.Cluster.Wall;

namespace LayerShuffle.Cluster.Messages;

/// <summary>A worker is a member of the cluster and can be told what to do.</summary>
/// <param name="Address">Where it is reached.</param>
public sealed record WorkerHello(PeerAddress Address);
