namespace LayerShuffle.Datasets.Images;

/// <summary>
/// Decodes PNG, JPEG, BMP, GIF (its first frame), WebP (its first frame) and TIFF (its first page) to the bytes that PIL's
/// <c>exif_transpose(open(file)).convert("RGB")</c> gives. The decoders are compiled or managed code of one version on every platform. What is cut off or
/// damaged is refused, never filled in.
/// </summary>
public static class ImageDecoder
{
    /// <summary>The largest number of pixels that is decoded; the file's header says how many there are.</summary>
    public const long MaxPixels = 64_000_000;

    /// <summary>The largest image file that is read, in bytes: MaxPixels of four bytes.</summary>
    public const long MaxFileBytes = 4 * MaxPixels;

    /// <summary>
    /// Decodes an image file to planar RGB, turned as its EXIF orientation says. Grey becomes three equal channels; an alpha channel is dropped, as PIL's
    /// <c>convert("RGB")</c> does. Of 16 bits per channel the higher 8 are taken, grey included, so that the whole range of 16 bits becomes the whole range
    /// of 8 (PIL does so with colours, but cuts grey off at 255).
    /// </summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="name">What messages call the file.</param>
    /// <exception cref="DatasetException">The bytes are no readable image, an incomplete or too large one.</exception>
    public static PlanarImage Decode(ReadOnlySpan<byte> file, string name)
    {
        ImageFormat format = ImageFormats.Of(file);
        if (format == ImageFormat.Unknown)
            throw new DatasetException($"'{name}' {ImageFormats.Describe(file)}");
        try
        {
            return format == ImageFormat.Tiff ? TiffDecoder.Decode(file, name) : SkiaDecoder.Decode(file, format, name);
        }
        catch (Exception problem) when (problem is DllNotFoundException or TypeInitializationException)
        {
            throw new DatasetException($"'{name}' cannot be decoded: the native library of SkiaSharp could not be loaded "
                + $"({problem.GetBaseException().Message}); build or publish the program for this system.", problem);
        }
        catch (Exception problem) when (problem is not (DatasetException or OutOfMemoryException))
        {
            throw new DatasetException($"'{name}' cannot be decoded: {problem.Message} The file is damaged or of an unusual kind; replace or remove it.",
                problem);
        }
    }

    /// <summary>Refuses sizes that no image has, and those that would take more memory than is granted.</summary>
    internal static void CheckSize(long width, long height, string name)
    {
        if (width < 1 || height < 1)
            throw new DatasetException($"'{name}' claims a size of {width} × {height} pixels: the file is damaged; replace or remove it.");
        if (width > MaxPixels || height > MaxPixels || width * height > MaxPixels)
            throw new DatasetException($"'{name}' has {width} × {height} pixels; at most {MaxPixels / 1_000_000} million are decoded. Shrink it, or "
                + "remove it.");
    }
}
