namespace LayerShuffle.Vision;

/// <summary>What is done to an image before the model sees it: preprocessor_config.json, in Hugging Face's words.</summary>
public sealed record Preprocessor
{
    /// <summary>Whether images are resized to <see cref="Size"/>.</summary>
    public bool DoResize { get; init; } = true;

    /// <summary>The size after resizing.</summary>
    public PixelSize Size { get; init; } = PixelSize.Square(32);

    /// <summary>The filter, in PIL's numbers: 0 nearest, 1 Lanczos, 2 bilinear (default), 3 bicubic.</summary>
    public int Resample { get; init; } = 2;

    /// <summary>Whether the middle is cut out after resizing.</summary>
    public bool DoCenterCrop { get; init; }

    /// <summary>The size of the middle, or null.</summary>
    public PixelSize? CropSize { get; init; }

    /// <summary>Whether pixels are multiplied by <see cref="RescaleFactor"/>.</summary>
    public bool DoRescale { get; init; } = true;

    /// <summary>1/255.</summary>
    public double RescaleFactor { get; init; } = 1 / 255.0;

    /// <summary>Whether the mean is subtracted and the result divided by the standard deviation.</summary>
    public bool DoNormalize { get; init; } = true;

    /// <summary>Mean per channel.</summary>
    public IReadOnlyList<double> ImageMean { get; init; } = [0.5, 0.5, 0.5];

    /// <summary>Standard deviation per channel.</summary>
    public IReadOnlyList<double> ImageStd { get; init; } = [0.5, 0.5, 0.5];

    /// <summary>What fits a model that comes without a preprocessor_config.json.</summary>
    public static Preprocessor For(VitConfig config) => new()
    {
        Size = PixelSize.Square(config.ImageSize),
        ImageMean = [.. Enumerable.Repeat(0.5, config.NumChannels)],
        ImageStd = [.. Enumerable.Repeat(0.5, config.NumChannels)],
    };
}
