using StbImageSharp;

namespace LayerShuffle.Datasets;

/// <summary>Decodes PNG and JPEG files.</summary>
public static class ImageDecoder
{
    /// <summary>The largest number of pixels that is decoded; the file's header says how many there are.</summary>
    public const long MaxPixels = 64_000_000;

    /// <summary>Decodes a PNG or JPEG file to planar RGB. Grey becomes three equal channels; an alpha channel is dropped, as PIL's <c>convert("RGB")</c> does.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="name">What messages call the file.</param>
    /// <exception cref="DatasetException">The bytes are no readable PNG or JPEG image, or too large a one.</exception>
    public static PlanarImage Decode(ReadOnlySpan<byte> file, string name)
    {
        (long width, long height) = ImageHeader.Size(file)
            ?? throw new DatasetException($"'{name}' is not a PNG or JPEG image (its header says otherwise, or is cut off); convert it to one of them, or remove it.");
        if (width < 1 || height < 1)
            throw new DatasetException($"'{name}' claims a size of {width} × {height} pixels: the file is damaged; replace or remove it.");
        if (width * height > MaxPixels)
            throw new DatasetException($"'{name}' has {width} × {height} pixels; at most {MaxPixels / 1_000_000} million are decoded. Shrink it, or remove it.");
        try
        {
            ImageResult decoded = ImageResult.FromMemory(file.ToArray(), ColorComponents.RedGreenBlue);
            if (decoded.Width != width || decoded.Height != height || decoded.Data.Length < 3 * width * height)
                throw new DatasetException($"'{name}' decoded to {decoded.Width} × {decoded.Height} pixels where its header says {width} × {height}: the file is damaged; replace or remove it.");
            return new(ToPlanar(decoded.Data, decoded.Height, decoded.Width), decoded.Height, decoded.Width);
        }
        catch (Exception problem) when (problem is not (DatasetException or OutOfMemoryException))
        {
            throw new DatasetException($"'{name}' cannot be decoded: {problem.Message} The file is damaged or of an unusual kind; replace or remove it.", problem);
        }
    }

    private static byte[] ToPlanar(byte[] interleaved, int height, int width)
    {
        int plane = height * width;
        var planar = new byte[3 * plane];
        for (int i = 0; i < plane; i++)
        {
            planar[i] = interleaved[3 * i];
            planar[plane + i] = interleaved[3 * i + 1];
            planar[2 * plane + i] = interleaved[3 * i + 2];
        }
        return planar;
    }
}
