namespace LayerShuffle.Datasets;

/// <summary>The kernel of a resize.</summary>
public enum Interpolation
{
    /// <summary>Triangle kernel, support 1.</summary>
    Bilinear,

    /// <summary>Keys' cubic kernel with a = −0.5, support 2.</summary>
    Bicubic,
}
