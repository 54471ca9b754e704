namespace LayerShuffle.Datasets.Images;

/// <summary>Turns and mirrors images as EXIF's orientation asks, by PIL's <c>exif_transpose</c>.</summary>
internal static class Orientation
{
    /// <summary>The upright image of RGBA bytes that lie as the file holds them. Orientations other than 2 to 8 leave it as it is.</summary>
    /// <param name="rgba">Four bytes a pixel, row by row; the fourth is ignored.</param>
    /// <param name="height">Rows in the file.</param>
    /// <param name="width">Columns in the file.</param>
    /// <param name="orientation">EXIF's number, 1 to 8.</param>
    public static PlanarImage Upright(ReadOnlySpan<byte> rgba, int height, int width, int orientation)
    {
        bool swapped = orientation is >= 5 and <= 8;
        (int rows, int columns) = swapped ? (width, height) : (height, width);
        int plane = height * width;
        var planar = new byte[3 * plane];
        int at = 0;
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++, at++)
            {
                (int y, int x) = Source(row, column, height, width, orientation);
                ReadOnlySpan<byte> pixel = rgba.Slice(4 * (y * width + x), 3);
                (planar[at], planar[plane + at], planar[2 * plane + at]) = (pixel[0], pixel[1], pixel[2]);
            }
        return new(planar, rows, columns);
    }

    // Where in the file the upright image's pixel lies: 3 is upside down, 6 lies on its left side (row 0 is the right edge), 8 on its right one; 2, 4, 5 and
    // 7 are mirrored besides.
    private static (int Y, int X) Source(int row, int column, int height, int width, int orientation) => orientation switch
    {
        2 => (row, width - 1 - column),
        3 => (height - 1 - row, width - 1 - column),
        4 => (height - 1 - row, column),
        5 => (column, row),
        6 => (height - 1 - column, row),
        7 => (height - 1 - column, width - 1 - row),
        8 => (column, width - 1 - row),
        _ => (row, column),
    };
}
