using System.Buffers.Binary;

namespace LayerShuffle.Datasets.Images;

/// <summary>
/// The first frame of a GIF file. PIL shows transparent pixels in their palette colour, and where the frame does not reach the colour of the transparent
/// index, or of index 0; Skia leaves both blank. So the mark of transparency is taken off before decoding, and the surroundings are painted afterwards.
/// </summary>
internal sealed class GifFrame
{
    private readonly int left, top, width, height;
    private readonly byte[] around;

    private GifFrame(byte[] file, ReadOnlySpan<byte> descriptor, byte[] around)
    {
        File = file;
        left = BinaryPrimitives.ReadUInt16LittleEndian(descriptor[1..]);
        top = BinaryPrimitives.ReadUInt16LittleEndian(descriptor[3..]);
        width = BinaryPrimitives.ReadUInt16LittleEndian(descriptor[5..]);
        height = BinaryPrimitives.ReadUInt16LittleEndian(descriptor[7..]);
        this.around = around;
    }

    /// <summary>The file without transparency in its first frame.</summary>
    public byte[] File { get; }

    /// <summary>Walks the blocks up to the first frame; null where they are damaged, which the decoder reports.</summary>
    public static GifFrame? Find(ReadOnlySpan<byte> original)
    {
        if (original.Length < 13)
            return null;
        byte[] file = original.ToArray();
        int at = 13 + PaletteBytes(file[10]);
        (int start, int count) palette = (13, PaletteBytes(file[10]));
        int transparent = -1;
        while (at + 10 <= file.Length)
        {
            if (file[at] == 0x2c)
            {
                if ((file[at + 9] & 0x80) != 0)
                    palette = (at + 10, PaletteBytes(file[at + 9]));
                int entry = 3 * Math.Max(transparent, 0);
                bool there = entry + 3 <= palette.count && palette.start + entry + 3 <= file.Length;
                byte[] around = there ? file[(palette.start + entry)..(palette.start + entry + 3)] : [0, 0, 0];
                return new(file, file.AsSpan(at, 10), around);
            }
            if (file[at] != 0x21)
                return null;
            if (file[at + 1] == 0xf9 && file[at + 2] >= 4)
            {
                transparent = (file[at + 3] & 1) != 0 ? file[at + 6] : -1;
                file[at + 3] &= 0xfe;
            }
            at += 2;
            while (at < file.Length && file[at] != 0)
                at += 1 + file[at];
            at++;
        }
        return null;
    }

    /// <summary>Paints what the frame does not cover.</summary>
    public void PaintAround(byte[] rgba, int canvasWidth, int canvasHeight)
    {
        if (left == 0 && top == 0 && width >= canvasWidth && height >= canvasHeight)
            return;
        for (int y = 0; y < canvasHeight; y++)
            for (int x = 0; x < canvasWidth; x++)
                if (x < left || x >= left + width || y < top || y >= top + height)
                    around.CopyTo(rgba, 4 * (y * canvasWidth + x));
    }

    private static int PaletteBytes(byte flags) => (flags & 0x80) != 0 ? 3 << ((flags & 7) + 1) : 0;
}
