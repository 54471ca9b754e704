namespace LayerShuffle.Datasets.Images;

/// <summary>
/// A size that images are resized to: height and width (met, or covered in proportion), or the shorter side (the other follows), at most so long that the
/// longer side keeps within a bound.
/// </summary>
public sealed record ResizeTarget
{
    private ResizeTarget()
    {
    }

    /// <summary>The height, or null where the shorter side decides.</summary>
    public int? Height { get; private init; }

    /// <summary>The width, or null where the shorter side decides.</summary>
    public int? Width { get; private init; }

    /// <summary>The shorter side, or null.</summary>
    public int? ShorterSide { get; private init; }

    /// <summary>The most that the longer side may have, or null.</summary>
    public int? LongerSide { get; private init; }

    /// <summary>Whether height and width are covered: an image keeps its proportions, and one of its sides may be longer.</summary>
    public bool Covers { get; private init; }

    /// <summary>Exactly this size, whatever the image's shape.</summary>
    public static ResizeTarget Exactly(int height, int width) => new() { Height = height, Width = width };

    /// <summary>
    /// The smallest size of the image's proportions that covers this one, each side rounded, half to even: timm's for models of oblong images.
    /// </summary>
    public static ResizeTarget Covering(int height, int width) => new() { Height = height, Width = width, Covers = true };

    /// <summary>The shorter side becomes <paramref name="side"/>, the longer one ⌊side · longer ÷ shorter⌋.</summary>
    public static ResizeTarget Shorter(int side) => new() { ShorterSide = side };

    /// <summary>The shorter side becomes <paramref name="side"/>, or as much less as the longer one needs to keep to <paramref name="longest"/>.</summary>
    public static ResizeTarget Within(int side, int longest) => new() { ShorterSide = side, LongerSide = longest };

    /// <summary>The size of an image afterwards. Hugging Face's processors round the same way (floating point, cut off).</summary>
    public (int Height, int Width) Of(int height, int width)
    {
        if (Height is { } h && Width is { } w)
            return Covers ? Covering(height, width, h, w) : (h, w);
        int side = ShorterSide!.Value;
        int shorter = Math.Min(height, width), longer = Math.Max(height, width);
        double exact = side;
        if (LongerSide is { } longest && (double)longer / shorter * side > longest)
        {
            exact = (double)longest * shorter / longer;
            side = Math.Max((int)Math.Round(exact, MidpointRounding.ToEven), 1);
        }

        if (shorter == side)
            return (height, width);
        int scaled = Math.Max(checked((int)(exact * longer / shorter)), 1);
        return width <= height ? (scaled, side) : (side, scaled);
    }

    private static (int Height, int Width) Covering(int height, int width, int leastHeight, int leastWidth)
    {
        double ratio = Math.Min((double)height / leastHeight, (double)width / leastWidth);
        int Side(int pixels) => Math.Max(checked((int)Math.Round(pixels / ratio, MidpointRounding.ToEven)), 1);
        return (Side(height), Side(width));
    }
}
