using System.Buffers.Binary;

namespace LayerShuffle.Datasets.Images;

/// <summary>The first directory of a TIFF file; EXIF data have the same form.</summary>
internal sealed class TiffDirectory
{
    private static readonly int[] TypeBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
    private readonly Dictionary<int, (long First, long Count, long Largest)> values = [];

    private TiffDirectory(bool fits) => Fits = fits;

    /// <summary>Whether everything that the directory refers to lies within the file.</summary>
    public bool Fits { get; private set; }

    /// <summary>EXIF's orientation, 1 to 8; null where there is none or another number.</summary>
    public int? Orientation => Value(274, 0) is >= 1 and <= 8 and long value ? (int)value : null;

    /// <summary>The first value of a tag of whole numbers.</summary>
    public long Value(int tag, long otherwise) => values.TryGetValue(tag, out var value) ? value.First : otherwise;

    /// <summary>How many values a tag has.</summary>
    public long Count(int tag) => values.GetValueOrDefault(tag).Count;

    /// <summary>The largest value of a tag of whole numbers.</summary>
    public long Largest(int tag) => values.GetValueOrDefault(tag).Largest;

    /// <summary>Reads a directory, or null where the bytes are none.</summary>
    public static TiffDirectory? Read(ReadOnlySpan<byte> data)
    {
        if (data.StartsWith("Exif\0\0"u8))
            data = data[6..];
        bool little = data.StartsWith("II*\0"u8);
        if (data.Length < 8 || (!little && !data.StartsWith("MM\0*"u8)))
            return null;
        long start = UInt32(data[4..], little);
        if (start + 2 > data.Length)
            return null;
        int entries = UInt16(data[(int)start..], little);
        var directory = new TiffDirectory(start + 2 + 12L * entries <= data.Length);
        for (long at = start + 2; entries > 0 && at + 12 <= data.Length; at += 12, entries--)
            directory.Add(data, data.Slice((int)at, 12), little);
        return directory;
    }

    private static int UInt16(ReadOnlySpan<byte> data, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(data) : BinaryPrimitives.ReadUInt16BigEndian(data);

    private static long UInt32(ReadOnlySpan<byte> data, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(data) : BinaryPrimitives.ReadUInt32BigEndian(data);

    private static long Number(ReadOnlySpan<byte> data, int type, bool little) => type == 3 ? UInt16(data, little) : UInt32(data, little);

    private void Add(ReadOnlySpan<byte> data, ReadOnlySpan<byte> entry, bool little)
    {
        int tag = UInt16(entry, little), type = UInt16(entry[2..], little);
        long count = UInt32(entry[4..], little);
        long bytes = count * (type < TypeBytes.Length ? TypeBytes[type] : 1), offset = UInt32(entry[8..], little);
        ReadOnlySpan<byte> first = entry[8..];
        if (bytes > 4)
        {
            if (offset + bytes > data.Length)
            {
                Fits = false;
                return;
            }
            first = data[(int)offset..];
        }
        if (count == 0 || type is not (3 or 4))
            return;
        long largest = 0, width = TypeBytes[type];
        for (long i = 0; i < count; i++)
            largest = Math.Max(largest, Number(first[(int)(i * width)..], type, little));
        values.TryAdd(tag, (Number(first, type, little), count, largest));
    }

}
