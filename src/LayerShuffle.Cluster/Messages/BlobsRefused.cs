namespace LayerShuffle.Cluster.Messages;

/// <summary>Worker to coordinator: the shipment cannot be taken.</summary>
/// <param name="Shipment">Number of the shipment.</param>
/// <param name="Endpoint">The worker.</param>
/// <param name="Reason">A sentence.</param>
public sealed record BlobsRefused(int Shipment, int Endpoint, string Reason);
