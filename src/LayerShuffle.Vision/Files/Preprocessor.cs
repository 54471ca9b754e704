namespace LayerShuffle.Vision.Files;

/// <summary>
/// What is done to an image before the model sees it: preprocessor_config.json, in Hugging Face's words. The steps follow each other as the members do.
/// </summary>
public sealed record Preprocessor
{
    /// <summary>Whether images are resized to <see cref="Size"/>.</summary>
    public bool DoResize { get; init; } = true;

    /// <summary>The size after resizing.</summary>
    public PixelSize Size { get; init; } = PixelSize.Square(32);

    /// <summary>The filter, in PIL's numbers: 0 nearest, 1 Lanczos, 2 bilinear (default), 3 bicubic, 4 box, 5 Hamming.</summary>
    public int Resample { get; init; } = 2;

    /// <summary>Whether the middle is cut out after resizing; what is smaller gets a black margin.</summary>
    public bool DoCenterCrop { get; init; }

    /// <summary>The size of the middle, or null.</summary>
    public PixelSize? CropSize { get; init; }

    /// <summary>
    /// Whether half of an odd rest before the middle rounds to even, as torchvision and timm have it; Hugging Face's processors round it down.
    /// </summary>
    public bool CropRoundsToEven { get; init; }

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

    /// <summary>Whether a file said this: otherwise it is the program's own choice (see <see cref="For"/>).</summary>
    public bool Stated { get; init; }

    /// <summary>Keys of the file that say nothing about pixels here and were passed over.</summary>
    public IReadOnlyList<string> PassedOver { get; init; } = [];

    /// <summary>
    /// What fits a model that comes without a preprocessor_config.json: the shorter edge resized, the middle cut out; for oblong images height and width, as
    /// Hugging Face's own processor of a ViT does it.
    /// </summary>
    public static Preprocessor For(VitConfig config) => (config.ImageHeight == config.ImageWidth
        ? new Preprocessor { Size = PixelSize.Shortest(config.ImageSize), DoCenterCrop = true, CropSize = PixelSize.Square(config.ImageSize) }
        : new Preprocessor { Size = new(config.ImageHeight, config.ImageWidth, null) }) with
    {
        ImageMean = [.. Enumerable.Repeat(0.5, config.NumChannels)],
        ImageStd = [.. Enumerable.Repeat(0.5, config.NumChannels)],
    };

    /// <summary>
    /// The same for a model that takes images of another size: what was met or cut out is the new size, a shorter edge changes in proportion, and what was not
    /// resized is.
    /// </summary>
    /// <param name="madeFor">The model for which this is.</param>
    /// <param name="wanted">The model that is wanted.</param>
    public Preprocessor Resized(VitConfig madeFor, VitConfig wanted)
    {
        if ((madeFor.ImageHeight, madeFor.ImageWidth) == (wanted.ImageHeight, wanted.ImageWidth))
            return this;
        double scale = Math.Min(wanted.ImageHeight, wanted.ImageWidth) / (double)Math.Min(madeFor.ImageHeight, madeFor.ImageWidth);
        PixelSize output = new(wanted.ImageHeight, wanted.ImageWidth, null);
        int Scaled(int pixels) => Math.Max(1, (int)Math.Round(pixels * scale));
        PixelSize Changed(PixelSize size) => size switch
        {
            { ShortestEdge: { } shortest } => size with
            {
                ShortestEdge = Scaled(shortest),
                LongestEdge = size.LongestEdge is { } longest ? Scaled(longest) : null,
            },
            _ when DoCenterCrop => size with { Height = Scaled(size.Height!.Value), Width = Scaled(size.Width!.Value) },
            _ => output with { Covered = size.Covered },
        };
        return this with { DoResize = true, Size = DoResize ? Changed(Size) : output, CropSize = DoCenterCrop ? output : CropSize };
    }

    /// <summary>Checks that what comes out is what a model takes.</summary>
    /// <exception cref="ModelFormatException">It is not; the message names the key.</exception>
    public void Check(VitConfig config, string source)
    {
        PixelSize? output = DoCenterCrop ? CropSize : DoResize && !Size.Covered ? Size : null;
        string key = DoCenterCrop ? "crop_size" : "size";
        if (config.NumChannels is not (1 or 3))
            throw new ModelFormatException($"num_channels in config.json is {config.NumChannels}; images have 3 channels, or 1 where they are grey.");
        if (output is { Height: { } height, Width: { } width } && (height, width) != (config.ImageHeight, config.ImageWidth))
            throw new ModelFormatException(
                $"{key} in {source} makes images of {height}×{width} pixels, but image_size in config.json says that the model takes "
                    + $"{config.ImageHeight}×{config.ImageWidth}. Correct one of the two.");
    }
}
