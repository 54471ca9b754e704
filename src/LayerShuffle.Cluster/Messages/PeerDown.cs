namespace LayerShuffle.Cluster.Messages;

/// <summary>From membership: an incarnation of a peer has ended. Custodians act on it after the detection delay.</summary>
/// <param name="Endpoint">The peer.</param>
/// <param name="Incarnation">The incarnation that ended.</param>
public sealed record PeerDown(int Endpoint, int Incarnation);
