using LayerShuffle.Cluster.Shipping;

namespace LayerShuffle.Cluster.Messages;

/// <summary>Worker to coordinator: these parts are missing; send them in this order. More may be asked for later.</summary>
/// <param name="Shipment">Number of the shipment.</param>
/// <param name="Endpoint">The worker.</param>
/// <param name="Blobs">What is missing, of blobs that were offered.</param>
public sealed record WantBlobs(int Shipment, int Endpoint, BlobRest[] Blobs);
