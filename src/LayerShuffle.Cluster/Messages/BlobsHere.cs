namespace LayerShuffle.Cluster.Messages;

/// <summary>Worker to coordinator: all blobs of the shipment are here, their hashes verified.</summary>
/// <param name="Shipment">Number of the shipment.</param>
/// <param name="Endpoint">The worker.</param>
public sealed record BlobsHere(int Shipment, int Endpoint);
