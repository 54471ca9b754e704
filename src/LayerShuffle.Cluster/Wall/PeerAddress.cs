namespace LayerShuffle.Cluster.Wall;

/// <summary>Where an endpoint's process is reached.</summary>
/// <param name="Endpoint">The endpoint: 0 is the coordinator.</param>
/// <param name="Host">Host name or address.</param>
/// <param name="AkkaPort">Port of its actor system.</param>
/// <param name="DataPort">Port of its data plane.</param>
/// <param name="Incarnation">Its incarnation.</param>
public sealed record PeerAddress(int Endpoint, string Host, int AkkaPort, int DataPort, int Incarnation);
