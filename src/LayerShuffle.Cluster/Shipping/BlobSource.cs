using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace LayerShuffle.Cluster.Shipping;

/// <summary>The coordinator's blobs, in memory. Thread-safe.</summary>
public sealed class BlobSource
{
    private readonly ConcurrentDictionary<string, byte[]> blobs = new(StringComparer.Ordinal);

    /// <summary>Keeps bytes, which nobody changes from now on; the same content is kept once.</summary>
    public Blob Add(byte[] bytes)
    {
        Blob blob = Blob.Of(bytes);
        blobs.TryAdd(blob.Hash, bytes);
        return blob;
    }

    /// <summary>Looks bytes up by their hash.</summary>
    public bool TryGet(string hash, [NotNullWhen(true)] out byte[]? bytes) => blobs.TryGetValue(hash, out bytes);

    /// <summary>Forgets a blob; a shipment under way that needs it fails.</summary>
    public bool Remove(string hash) => blobs.TryRemove(hash, out _);
}
