using LayerShuffle.Cluster.Messages;

namespace LayerShuffle.Cluster.Protocol;

/// <summary>The endpoint that still keeps the activation from which an activation in hand was computed, and the hop with which it sent it.</summary>
/// <param name="Endpoint">The custodian.</param>
/// <param name="Hop">Its hop.</param>
/// <param name="Layer">The layer that hop was for.</param>
public sealed record Upstream(int Endpoint, HopId Hop, int Layer);
