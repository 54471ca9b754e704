using System.Buffers.Binary;

namespace LayerShuffle.Datasets.Images;

/// <summary>What is asked of a PNG file's chunks before it is decoded.</summary>
internal static class PngChunks
{
    private const int Header = 8;
    private const int Slack = 1 << 16;

    /// <summary>Refuses more packed data than the pixels can need, and reads the orientation of the eXIf chunk (1 where there is none).</summary>
    public static int Check(ReadOnlySpan<byte> file, string name)
    {
        int orientation = 1;
        long packed = 0, needed = 0;
        for (long at = Header; at + 12 <= file.Length;)
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(file[(int)at..]);
            ReadOnlySpan<byte> type = file.Slice((int)at + 4, 4), rest = file[((int)at + 8)..];
            if (type.SequenceEqual("IHDR"u8) && rest.Length >= 10)
                needed = Needed(rest, name);
            else if (type.SequenceEqual("IDAT"u8))
                packed += length;
            else if (type.SequenceEqual("eXIf"u8) && length <= rest.Length)
                orientation = TiffDirectory.Read(rest[..(int)length])?.Orientation ?? orientation;
            else if (type.SequenceEqual("IEND"u8))
                break;
            at += 12 + length;
        }
        // Data that cannot be packed grows by five bytes for every block of at most 64 KiB, and by eleven for the whole.
        if (packed > needed + needed / 1000 + Slack)
            throw new DatasetException($"'{name}' holds {packed} bytes of packed pixels, where its size asks for {needed} bytes unpacked: it is "
                + "damaged or a trap; replace or remove it.");
        return orientation;
    }

    private static long Needed(ReadOnlySpan<byte> header, string name)
    {
        long width = BinaryPrimitives.ReadUInt32BigEndian(header), height = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        ImageDecoder.CheckSize(width, height, name);
        int channels = header[9] switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        // Interlaced images have up to seven passes, each of which begins its rows anew.
        return height * ((width * channels * header[8] + 7) / 8 + 1) + 2 * (height + width) * 8;
    }
}
