namespace LayerShuffle.Datasets.Images;

/// <summary>The formats that are decoded, told apart by their first bytes; a file's extension only decides whether it is looked at.</summary>
internal enum ImageFormat
{
    Unknown,
    Png,
    Jpeg,
    Gif,
    Bmp,
    WebP,
    Tiff,
}

/// <summary>Which extensions are images that are read, and what the first bytes of a file say.</summary>
internal static class ImageFormats
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".gif", ".webp", ".tif", ".tiff"];

    /// <summary>What messages call the formats that are read.</summary>
    public const string Names = "PNG, JPEG, BMP, GIF, WebP or TIFF";

    /// <summary>Whether a file of this name is taken for an image that can be read.</summary>
    public static bool IsImage(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>The format that the first bytes announce.</summary>
    public static ImageFormat Of(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
            return ImageFormat.Png;
        if (file.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]))
            return ImageFormat.Jpeg;
        if (file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8))
            return ImageFormat.Gif;
        if (file.StartsWith("BM"u8))
            return ImageFormat.Bmp;
        if (file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..12].SequenceEqual("WEBP"u8))
            return ImageFormat.WebP;
        return file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8) ? ImageFormat.Tiff : ImageFormat.Unknown;
    }

    /// <summary>What bytes are that no image can be: an end to a message.</summary>
    public static string Describe(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith("version https://git-lfs"u8))
            return "is a Git LFS pointer, not the image itself; fetch it with `git lfs pull`.";
        if (file.StartsWith("II+\0"u8) || file.StartsWith("MM\0+"u8))
            return "is a BigTIFF file, which is not read; convert it to PNG, or remove it.";
        return $"is not a {Names} image (its first bytes say otherwise, or are cut off); convert it to one of them, or remove it.";
    }
}
