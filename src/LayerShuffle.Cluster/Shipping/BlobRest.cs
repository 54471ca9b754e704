namespace LayerShuffle.Cluster.Shipping;

/// <summary>What a receiver lacks of a blob.</summary>
/// <param name="Hash">The blob.</param>
/// <param name="Offset">The first byte that is missing; everything before is there.</param>
public readonly record struct BlobRest(string Hash, long Offset);
