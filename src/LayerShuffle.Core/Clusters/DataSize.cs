using System.Globalization;

namespace LayerShuffle.Core.Clusters;

/// <summary>Sizes of data for the eye.</summary>
public static class DataSize
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary>A size in the largest unit (powers of 1000) of which it has one, with at most one decimal: <c>28.4 MB</c>.</summary>
    /// <param name="bytes">How many bytes; not negative.</param>
    /// <param name="roundUp">Whether the decimal is rounded up, so that the size is enough for that many bytes.</param>
    public static string Text(long bytes, bool roundUp = false)
    {
        double size = bytes;
        int unit = 0;
        for (; size >= 1000 && unit < Units.Length - 1; unit++)
            size /= 1000;
        return string.Create(CultureInfo.InvariantCulture, $"{(roundUp ? Math.Ceiling(size * 10) / 10 : size):0.#} {Units[unit]}");
    }
}
