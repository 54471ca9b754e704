using BitMiracle.LibTiff.Classic;

namespace LayerShuffle.Datasets.Images;

/// <summary>
/// Decodes the first page of a TIFF file with LibTiff.Net: grey, palette, RGB, CMYK and YCbCr of 1 to 16 bits, in strips or tiles, with the usual
/// compressions.
/// </summary>
internal static class TiffDecoder
{
    private const int Width = 256, Height = 257, BitsPerSample = 258, Photometric = 262, SamplesPerPixel = 277, Planes = 284, SampleFormat = 339;
    private const int RowsPerStrip = 278, StripOffsets = 273, StripBytes = 279, TileWidth = 322, TileHeight = 323, TileOffsets = 324, TileBytes = 325;
    private const int Separated = 5;

    static TiffDecoder() => Tiff.SetErrorHandler(new Complaints());

    /// <summary>Decodes a file.</summary>
    public static PlanarImage Decode(ReadOnlySpan<byte> file, string name)
    {
        TiffDirectory directory = TiffDirectory.Read(file) ?? throw new DatasetException($"'{name}' is cut off: its directory is missing. Replace or "
            + "remove it.");
        long width = directory.Value(Width, 0), height = directory.Value(Height, 0);
        ImageDecoder.CheckSize(width, height, name);
        Check(directory, width, height, file.Length, name);
        using var stream = new MemoryStream(file.ToArray(), writable: false);
        var complaint = new Complaint();
        using Tiff tiff = Tiff.ClientOpen(name, "r", complaint, new TiffStreamOver(stream)) ?? throw Damaged(name, complaint);
        int alpha = AlphaKind(tiff);
        // Rows are turned here, all formats alike; and colours are the file's own: LibTiff would multiply them by a separate alpha.
        tiff.SetField(TiffTag.ORIENTATION, BitMiracle.LibTiff.Classic.Orientation.TOPLEFT);
        if (alpha == (int)ExtraSample.UNASSALPHA)
            tiff.SetField(TiffTag.EXTRASAMPLES, 1, new[] { (short)ExtraSample.ASSOCALPHA });
        bool inks = directory.Value(Photometric, 0) == Separated && directory.Value(BitsPerSample, 1) == 8 && directory.Value(SamplesPerPixel, 1) >= 4;
        if (inks && directory.Value(Planes, 1) == 1 && !tiff.IsTiled())
            return Orientation.Upright(Cmyk(tiff, (int)width, (int)height, name, complaint), (int)height, (int)width, directory.Orientation ?? 1);
        var raster = new int[width * height];
        if (!tiff.ReadRGBAImageOriented((int)width, (int)height, raster, BitMiracle.LibTiff.Classic.Orientation.TOPLEFT, true) || complaint.Text is not null)
            throw Damaged(name, complaint);
        return Orientation.Upright(Bytes(raster, alpha == (int)ExtraSample.ASSOCALPHA), (int)height, (int)width, directory.Orientation ?? 1);
    }

    // Before LibTiff is asked: what it would reserve memory for is in the file, the parts of the image are no larger than is granted, and none of them is
    // missing.
    private static void Check(TiffDirectory directory, long width, long height, long length, string name)
    {
        long bits = directory.Value(BitsPerSample, 1), samples = directory.Value(SamplesPerPixel, 1), format = directory.Value(SampleFormat, 1);
        if (format != 1 || bits is not (1 or 2 or 4 or 8 or 16) || samples is < 1 or > 8)
            throw new DatasetException(
                $"'{name}' has {samples} sample(s) of {bits} bits{(format == 3 ? " of floating point" : "")} per pixel; "
                + "1 to 8 samples of 1, 2, 4, 8 or 16 bits are read. Convert it to PNG, or remove it.");
        long across = directory.Value(TileWidth, 0), down = directory.Value(TileHeight, 0);
        bool tiled = across > 0 || down > 0;
        if (!tiled)
            (across, down) = (width, Math.Clamp(directory.Value(RowsPerStrip, height), 1, height));
        ImageDecoder.CheckSize(across, down, name);
        long parts = (width + across - 1) / across * ((height + down - 1) / down) * (directory.Value(Planes, 1) == 2 ? samples : 1);
        (int offsets, int bytes) = tiled ? (TileOffsets, TileBytes) : (StripOffsets, StripBytes);
        bool there = directory.Count(offsets) >= parts && directory.Count(bytes) >= parts;
        if (!directory.Fits || !there || directory.Largest(offsets) >= length || directory.Largest(bytes) > length)
            throw new DatasetException($"'{name}' is cut off or damaged: parts of the image are missing, or would lie behind the end of the file. "
                + "Replace or remove it.");
    }

    // LibTiff rounds CMYK down; PIL to the nearest.
    private static byte[] Cmyk(Tiff tiff, int width, int height, string name, Complaint complaint)
    {
        var row = new byte[tiff.ScanlineSize()];
        int samples = row.Length / width;
        var rgba = new byte[4 * width * height];
        for (int y = 0; y < height; y++)
        {
            if (!tiff.ReadScanline(row, y) || complaint.Text is not null)
                throw Damaged(name, complaint);
            for (int x = 0; x < width; x++)
            {
                ReadOnlySpan<byte> inks = row.AsSpan(x * samples, 4);
                int light = 255 - inks[3];
                for (int c = 0; c < 3; c++)
                    rgba[4 * (y * width + x) + c] = (byte)Math.Max(light - Scaled(inks[c], light), 0);
            }
        }
        return rgba;
    }

    // a · b ÷ 255, rounded, in whole numbers.
    private static int Scaled(int a, int b)
    {
        int product = a * b + 128;
        return ((product >> 8) + product) >> 8;
    }

    private static int AlphaKind(Tiff tiff)
    {
        FieldValue[]? extra = tiff.GetField(TiffTag.EXTRASAMPLES);
        return extra is { Length: > 1 } && extra[0].ToInt() > 0 && extra[1].ToShortArray() is { Length: > 0 } kinds ? kinds[0] : -1;
    }

    // 0xAABBGGRR. Colours multiplied by alpha are divided again, as PIL does.
    private static byte[] Bytes(int[] raster, bool multiplied)
    {
        var bytes = new byte[4L * raster.Length];
        for (int i = 0; i < raster.Length; i++)
        {
            int alpha = Tiff.GetA(raster[i]);
            (int r, int g, int b) = (Tiff.GetR(raster[i]), Tiff.GetG(raster[i]), Tiff.GetB(raster[i]));
            if (multiplied && alpha is > 0 and < 255)
                (r, g, b) = (Math.Min(255 * r / alpha, 255), Math.Min(255 * g / alpha, 255), Math.Min(255 * b / alpha, 255));
            (bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2]) = ((byte)r, (byte)g, (byte)b);
        }
        return bytes;
    }

    private static DatasetException Damaged(string name, Complaint complaint) =>
        new($"'{name}' cannot be decoded: {complaint.Text ?? "it is of an unusual kind"}. It is cut off, damaged or of an unusual kind; replace or remove it.");

    /// <summary>The first thing that LibTiff found wrong with a file.</summary>
    private sealed class Complaint
    {
        public string? Text { get; set; }
    }

    /// <summary>Keeps LibTiff's errors with the file that they are about, and its warnings to itself.</summary>
    private sealed class Complaints : TiffErrorHandler
    {
        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
        }

        public override void ErrorHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (clientData is Complaint complaint)
                complaint.Text ??= string.Format(System.Globalization.CultureInfo.InvariantCulture, format, args);
        }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
        {
        }

        public override void WarningHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
        }
    }

    /// <summary>LibTiff's view of a stream, whose client data are ours.</summary>
    private sealed class TiffStreamOver(Stream stream) : TiffStream
    {
        public override int Read(object clientData, byte[] buffer, int offset, int count) => stream.Read(buffer, offset, count);

        public override void Write(object clientData, byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(object clientData, long offset, SeekOrigin origin) => stream.Seek(offset, origin);

        public override void Close(object clientData)
        {
        }

        public override long Size(object clientData) => stream.Length;
    }
}
