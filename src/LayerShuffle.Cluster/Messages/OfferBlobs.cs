using LayerShuffle.Cluster.Shipping;

namespace LayerShuffle.Cluster.Messages;

/// <summary>Coordinator to worker: these blobs you are going to need. The answer is <see cref="WantBlobs"/>, <see cref="BlobsHere"/> or <see cref="BlobsRefused"/>; repeated until one comes.</summary>
/// <param name="Shipment">Number of the shipment. A new one replaces the one before.</param>
/// <param name="Blobs">All of them.</param>
public sealed record OfferBlobs(int Shipment, Blob[] Blobs);
