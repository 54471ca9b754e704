using System.Security.Cryptography;
using LayerShuffle.Cluster.Serialization;
using LayerShuffle.Cluster.Wire;

namespace LayerShuffle.Cluster.Shipping;

/// <summary>What a frame with a part of a blob says about it, beside its one uint8 tensor.</summary>
/// <param name="Shipment">Number of the shipment.</param>
/// <param name="Hash">The blob.</param>
/// <param name="Offset">Where in the blob the bytes belong.</param>
/// <param name="Total">Bytes of the whole blob.</param>
internal readonly record struct BlobChunk(int Shipment, string Hash, long Offset, long Total)
{
    /// <summary>Bytes of a chunk, at most.</summary>
    public const int MaxBytes = 4 << 20;

    /// <summary>The frame's meta data.</summary>
    public byte[] ToMeta()
    {
        var writer = new WireWriter(SHA256.HashSizeInBytes + (3 * WireWriter.LongestVarint));
        writer.WriteNumber(Shipment);
        BlobCodecs.WriteHash(ref writer, Hash);
        writer.WriteCount(Offset);
        writer.WriteCount(Total);
        return writer.ToArray();
    }

    /// <summary>Reads a frame's meta data.</summary>
    /// <exception cref="WireFormatException">It is none of a chunk.</exception>
    public static BlobChunk Read(ReadOnlySpan<byte> meta)
    {
        var reader = new WireReader(meta, "frame 'blob chunk'");
        var chunk = new BlobChunk(reader.ReadNumber(), BlobCodecs.ReadHash(ref reader), reader.ReadCount(), reader.ReadCount());
        reader.End();
        return chunk;
    }
}
