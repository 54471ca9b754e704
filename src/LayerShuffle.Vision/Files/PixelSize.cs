namespace LayerShuffle.Vision.Files;

/// <summary>
/// A size that images are brought to: height and width, or only the shorter edge (the other follows), with or without a bound on the longer one.
/// </summary>
/// <param name="Height">Pixels, or null with <paramref name="ShortestEdge"/>.</param>
/// <param name="Width">Pixels, or null with <paramref name="ShortestEdge"/>.</param>
/// <param name="ShortestEdge">Pixels of the shorter edge, or null.</param>
/// <param name="LongestEdge">The most pixels of the longer edge, only with <paramref name="ShortestEdge"/>; or null.</param>
public sealed record PixelSize(int? Height, int? Width, int? ShortestEdge, int? LongestEdge = null)
{
    /// <summary>Whether height and width are covered, with the image's proportions kept, instead of met: timm's way with oblong images.</summary>
    public bool Covered { get; init; }

    /// <summary>A square.</summary>
    public static PixelSize Square(int side) => new(side, side, null);

    /// <summary>The shorter edge; the longer one follows.</summary>
    public static PixelSize Shortest(int edge) => new(null, null, edge);

    /// <inheritdoc/>
    public override string ToString() =>
        Height is { } height && Width is { } width ? $"{height}×{width}{(Covered ? " or what covers it" : "")}"
        : $"a shorter edge of {ShortestEdge}{(LongestEdge is { } longest ? $" and a longer one of at most {longest}" : "")}";
}
