using System.Security.Cryptography;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Transport.Blobs;

/// <summary>Bytes by their content: what travels to workers once, and is found again by its hash.</summary>
/// <param name="Hash">SHA-256 in lower-case hexadecimal digits (see <see cref="IsHash"/>).</param>
/// <param name="Bytes">How many bytes.</param>
public sealed record Blob(string Hash, long Bytes)
{
    /// <summary>The blob that these bytes are.</summary>
    public static Blob Of(ReadOnlySpan<byte> bytes) => new(HashOf(bytes), bytes.Length);

    /// <summary>SHA-256 in 64 lower-case hexadecimal digits.</summary>
    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Whether a text is a hash and nothing else: only such texts become the names of files.</summary>
    public static bool IsHash(string? text) => text is { Length: 2 * SHA256.HashSizeInBytes } && !text.AsSpan().ContainsAnyExcept("0123456789abcdef");
}

/// <summary>What a receiver lacks of a blob.</summary>
/// <param name="Hash">The blob.</param>
/// <param name="Offset">The first byte that is missing; everything before is there.</param>
public readonly record struct BlobRest(string Hash, long Offset);

/// <summary>
/// Coordinator to worker: these blobs you are going to need. The answer is <see cref="WantBlobs"/>, <see cref="BlobsHere"/> or <see cref="BlobsRefused"/>;
/// repeated until one comes.
/// </summary>
/// <param name="Shipment">Number of the shipment. A new one replaces the one before.</param>
/// <param name="Blobs">All of them.</param>
public sealed record OfferBlobs(int Shipment, Blob[] Blobs);

/// <summary>Worker to coordinator: these parts are missing; send them in this order. More may be asked for later.</summary>
/// <param name="Shipment">Number of the shipment.</param>
/// <param name="Endpoint">The worker.</param>
/// <param name="Blobs">What is missing, of blobs that were offered.</param>
public sealed record WantBlobs(int Shipment, int Endpoint, BlobRest[] Blobs);

/// <summary>Worker to coordinator: all blobs of the shipment are here, their hashes verified.</summary>
/// <param name="Shipment">Number of the shipment.</param>
/// <param name="Endpoint">The worker.</param>
public sealed record BlobsHere(int Shipment, int Endpoint);

/// <summary>Worker to coordinator: the shipment cannot be taken.</summary>
/// <param name="Shipment">Number of the shipment.</param>
/// <param name="Endpoint">The worker.</param>
/// <param name="Reason">A sentence.</param>
public sealed record BlobsRefused(int Shipment, int Endpoint, string Reason);

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

/// <summary>Blobs did not reach an endpoint. The message is a sentence that says why.</summary>
public sealed class ShipmentException : Exception
{
    /// <summary>An error with its sentence.</summary>
    public ShipmentException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
