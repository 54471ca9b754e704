namespace LayerShuffle.Datasets.Images;

/// <summary>The kernel of a resize; its number is PIL's, which <c>resample</c> of a preprocessor_config.json uses.</summary>
public enum Interpolation
{
    /// <summary>The pixel under the centre of the new one.</summary>
    Nearest = 0,

    /// <summary>A sinc windowed by its own main lobe, support 3.</summary>
    Lanczos = 1,

    /// <summary>Triangle kernel, support 1.</summary>
    Bilinear = 2,

    /// <summary>Keys' cubic kernel with a = −0.5, support 2.</summary>
    Bicubic = 3,

    /// <summary>The mean of what a new pixel covers, support ½.</summary>
    Box = 4,

    /// <summary>A sinc under a Hamming window, support 1.</summary>
    Hamming = 5,
}
