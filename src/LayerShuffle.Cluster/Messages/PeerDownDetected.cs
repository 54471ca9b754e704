namespace LayerShuffle.Cluster.Messages;

/// <summary>The detection delay after a peer's crash is over (a timer of a custodian).</summary>
/// <param name="Endpoint">The peer.</param>
/// <param name="Incarnation">The incarnation that ended.</param>
/// <param name="Epoch">The custodian's life in which the timer was set.</param>
public sealed record PeerDownDetected(int Endpoint, int Incarnation, int Epoch);
