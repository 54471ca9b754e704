using System.Buffers.Binary;
using SkiaSharp;

namespace LayerShuffle.Datasets.Images;

/// <summary>Decodes what Skia decodes: with libjpeg-turbo, libpng and libwebp, as PIL does, and with decoders of its own for GIF and BMP.</summary>
internal static class SkiaDecoder
{
    /// <summary>Decodes the first frame.</summary>
    public static PlanarImage Decode(ReadOnlySpan<byte> file, ImageFormat format, string name)
    {
        int? orientation = null;
        GifFrame? frame = null;
        if (format == ImageFormat.Png)
            orientation = PngChunks.Check(file, name);
        else if (format == ImageFormat.WebP && BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) + 8L > file.Length)
            throw Incomplete(name);
        else if (format == ImageFormat.Gif)
            file = (frame = GifFrame.Find(file))?.File ?? file;
        using SKData data = SKData.CreateCopy(file);
        using SKCodec codec = SKCodec.Create(data)
            ?? throw new DatasetException($"'{name}' cannot be decoded: its header is damaged, cut off, or of an unusual kind; replace or remove it.");
        (int width, int height) = (codec.Info.Width, codec.Info.Height);
        ImageDecoder.CheckSize(width, height, name);
        byte[] pixels = Pixels(codec, width, height, name);
        frame?.PaintAround(pixels, width, height);
        return Orientation.Upright(pixels, height, width, orientation ?? (int)codec.EncodedOrigin);
    }

    // Unpremultiplied and without a colour space: the file's own numbers.
    private static unsafe byte[] Pixels(SKCodec codec, int width, int height, string name)
    {
        SKAlphaType alpha = codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, alpha, null);
        var pixels = new byte[info.BytesSize64];
        SKCodecResult result;
        fixed (byte* target = pixels)
            result = codec.GetPixels(info, (nint)target, info.RowBytes, SKCodecOptions.Default);
        return result switch
        {
            SKCodecResult.Success => pixels,
            SKCodecResult.IncompleteInput => throw Incomplete(name),
            SKCodecResult.ErrorInInput => throw new DatasetException($"'{name}' cannot be decoded: its pixels are damaged; replace or remove it."),
            _ => throw new DatasetException($"'{name}' cannot be decoded ({result}): it is damaged or of an unusual kind; replace or remove it."),
        };
    }

    private static DatasetException Incomplete(string name) => new($"'{name}' is cut off: it ends before its last pixel. Replace it (copy or download "
        + "it again), or remove it.");
}
