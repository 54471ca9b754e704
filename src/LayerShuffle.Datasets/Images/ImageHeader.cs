using System.Buffers.Binary;

namespace LayerShuffle.Datasets;

/// <summary>Reads an image's size from its header, without decoding it.</summary>
internal static class ImageHeader
{
    private static ReadOnlySpan<byte> PngSignature => [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>The width and height, or null where the bytes are no PNG or JPEG with a complete header.</summary>
    public static (long Width, long Height)? Size(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith(PngSignature))
            return Png(file);
        return file.Length >= 4 && file[0] == 0xff && file[1] == 0xd8 ? Jpeg(file) : null;
    }

    // The first chunk must be IHDR: length, type, width, height.
    private static (long, long)? Png(ReadOnlySpan<byte> file) =>
        file.Length >= 24 && file[12..16].SequenceEqual("IHDR"u8)
            ? (BinaryPrimitives.ReadUInt32BigEndian(file[16..]), BinaryPrimitives.ReadUInt32BigEndian(file[20..]))
            : null;

    // Segments follow each other up to the first start of frame: marker, length, precision, height, width.
    private static (long, long)? Jpeg(ReadOnlySpan<byte> file)
    {
        int at = 2;
        while (at + 9 <= file.Length)
        {
            if (file[at] != 0xff)
            {
                at++; // stray bytes between segments, which decoders skip too
                continue;
            }
            byte marker = file[at + 1];
            if (marker is 0xff)
            {
                at++;
                continue;
            }
            if (marker is 0x00 or 0x01 or (>= 0xd0 and <= 0xd8))
            {
                at += 2;
                continue;
            }
            if (marker is 0xd9 or 0xda)
                return null;
            if (marker is >= 0xc0 and <= 0xcf and not (0xc4 or 0xc8 or 0xcc))
                return (BinaryPrimitives.ReadUInt16BigEndian(file[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..]));
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
        }
        return null;
    }
}
