using System.Security.Cryptography;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Transport.Blobs;

/// <summary>Messages about shipments of blobs. A hash travels as its 32 bytes: nothing else can stand where one is expected.</summary>
internal static class BlobCodecs
{
    public static void WriteHash(ref WireWriter writer, string hash)
    {
        if (!Blob.IsHash(hash))
            throw new ArgumentException($"A blob's hash is 64 lower-case hexadecimal digits, not '{hash}'.", nameof(hash));
        foreach (byte part in Convert.FromHexString(hash))
            writer.WriteByte(part);
    }

    public static string ReadHash(ref WireReader reader)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        for (int i = 0; i < hash.Length; i++)
            hash[i] = reader.ReadByte();
        return Convert.ToHexStringLower(hash);
    }

    public static void WriteOffer(ref WireWriter writer, OfferBlobs offer)
    {
        writer.WriteNumber(offer.Shipment);
        writer.WriteList(offer.Blobs, static (ref w, blob) =>
        {
            WriteHash(ref w, blob.Hash);
            w.WriteCount(blob.Bytes);
        });
    }

    public static OfferBlobs ReadOffer(ref WireReader reader) => new(
        reader.ReadNumber(), reader.ReadList(static (ref r) => new Blob(ReadHash(ref r), r.ReadCount()), SHA256.HashSizeInBytes + 1));

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

    public static WantBlobs ReadWant(ref WireReader reader) => new(
        reader.ReadNumber(), reader.ReadNumber(), reader.ReadList(static (ref r) => new BlobRest(ReadHash(ref r), r.ReadCount()), SHA256.HashSizeInBytes + 1));

    public static void WriteHere(ref WireWriter writer, BlobsHere here)
    {
        writer.WriteNumber(here.Shipment);
        writer.WriteNumber(here.Endpoint);
    }

    public static BlobsHere ReadHere(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber());

    public static void WriteRefused(ref WireWriter writer, BlobsRefused refused)
    {
        writer.WriteNumber(refused.Shipment);
        writer.WriteNumber(refused.Endpoint);
        writer.WriteString(refused.Reason);
    }

    public static BlobsRefused ReadRefused(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber(), reader.ReadString());
}
