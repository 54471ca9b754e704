using System.Security.Cryptography;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Transport.Blobs;

/// <summary>Messages about shipments of blobs. A hash travels as its 32 bytes: nothing else can stand where one is expected.</summary>
public static class BlobCodecs
{
    /// <summary>Writes a hash.</summary>
    public static void WriteHash(ref WireWriter writer, string hash)
    {
        if (!Blob.IsHash(hash))
            throw new ArgumentException($"A blob's hash is 64 lower-case hexadecimal digits, not '{hash}'.", nameof(hash));
        foreach (byte part in Convert.FromHexString(hash))
            writer.WriteByte(part);
    }

    /// <summary>Reads a hash.</summary>
    public static string ReadHash(ref WireReader reader)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        for (int i = 0; i < hash.Length; i++)
            hash[i] = reader.ReadByte();
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Writes an offer.</summary>
    public static void WriteOffer(ref WireWriter writer, OfferBlobs offer)
    {
        writer.WriteNumber(offer.Shipment);
        writer.WriteList(offer.Blobs, static (ref w, blob) =>
        {
            WriteHash(ref w, blob.Hash);
            w.WriteCount(blob.Bytes);
        });
    }

    /// <summary>Reads an offer.</summary>
    public static OfferBlobs ReadOffer(ref WireReader reader) => new(
        reader.ReadNumber(), reader.ReadList(static (ref r) => new Blob(ReadHash(ref r), r.ReadCount()), SHA256.HashSizeInBytes + 1));

    /// <summary>Writes what of an offer is wanted.</summary>
    public static void WriteWant(ref WireWriter writer, WantBlobs want)
    {
        writer.WriteNumber(want.Shipment);
        writer.WriteNumber(want.Endpoint);
        writer.WriteList(want.Blobs, static (ref w, rest) =>
        {
            WriteHash(ref w, rest.Hash);
            w.WriteCount(rest.Offset);
        });
    }

    /// <summary>Reads what of an offer is wanted.</summary>
    public static WantBlobs ReadWant(ref WireReader reader) => new(
        reader.ReadNumber(), reader.ReadNumber(), reader.ReadList(static (ref r) => new BlobRest(ReadHash(ref r), r.ReadCount()), SHA256.HashSizeInBytes + 1));

    /// <summary>Writes that all of a shipment is there.</summary>
    public static void WriteHere(ref WireWriter writer, BlobsHere here)
    {
        writer.WriteNumber(here.Shipment);
        writer.WriteNumber(here.Endpoint);
    }

    /// <summary>Reads that all of a shipment is there.</summary>
    public static BlobsHere ReadHere(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber());

    /// <summary>Writes why a shipment is refused.</summary>
    public static void WriteRefused(ref WireWriter writer, BlobsRefused refused)
    {
        writer.WriteNumber(refused.Shipment);
        writer.WriteNumber(refused.Endpoint);
        writer.WriteString(refused.Reason);
    }

    /// <summary>Reads why a shipment is refused.</summary>
    public static BlobsRefused ReadRefused(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber(), reader.ReadString());
}
