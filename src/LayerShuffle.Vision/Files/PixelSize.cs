namespace LayerShuffle.Vision;

/// <summary>A size that images are brought to: height and width, or only the shorter edge (the other follows).</summary>
/// <param name="Height">Pixels, or null with <paramref name="ShortestEdge"/>.</param>
/// <param name="Width">Pixels, or null with <paramref name="ShortestEdge"/>.</param>
/// <param name="ShortestEdge">Pixels of the shorter edge, or null.</param>
public sealed record PixelSize(int? Height, int? Width, int? ShortestEdge)
{
    /// <summary>A square.</summary>
    public static PixelSize Square(int side) => new(side, side, null);
}
