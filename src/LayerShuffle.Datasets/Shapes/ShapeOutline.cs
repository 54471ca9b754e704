namespace LayerShuffle.Datasets.Shapes;

/// <summary>The outlines as point-in-shape tests on [−1, 1]², v pointing down.</summary>
internal static class ShapeOutline
{
    private const double HalfRoot = 0.7071067811865476;

    /// <summary>How far from its centre an outline reaches, at most.</summary>
    public const double Reach = 1.4;

    /// <summary>Half the side of a square.</summary>
    public const double SquareSide = 0.95;

    /// <summary>Whether a shape covers the point (u, v).</summary>
    public static bool Covers(ShapeKind shape, double u, double v)
    {
        double x = Math.Abs(u), y = Math.Abs(v), radius2 = u * u + v * v;
        return shape switch
        {
            ShapeKind.Circle => radius2 < 0.75,
            ShapeKind.Square => x < SquareSide && y < SquareSide,
            ShapeKind.Triangle => v is > -0.9 and < 0.85 && x < (v + 0.9) * 0.57,
            ShapeKind.Bar => x < 1 && y < 0.36,
            ShapeKind.Plus => (x < 0.3 && y < 1) || (y < 0.3 && x < 1),
            ShapeKind.Ring => radius2 is > 0.34 and < 1,
            ShapeKind.Columns => x is > 0.32 and < 0.95 && y < 0.95,
            ShapeKind.Cross => CoversPlus((u + v) * HalfRoot, (u - v) * HalfRoot),
            ShapeKind.Rows => x < 0.95 && y is > 0.32 and < 0.95,
            ShapeKind.Hourglass => y < 0.95 && x < y + 0.08,
            _ => throw new ArgumentOutOfRangeException(nameof(shape)),
        };
    }

    private static bool CoversPlus(double p, double q)
    {
        (p, q) = (Math.Abs(p), Math.Abs(q));
        return (p < 0.28 && q < 1.1) || (q < 0.28 && p < 1.1);
    }
}
