namespace LayerShuffle.Datasets.Images;

/// <summary>
/// What is done to a decoded image's bytes before they become numbers, in the order of Hugging Face's image processors: to grey, resize, cut out the middle.
/// Equal steps make equal pixels.
/// </summary>
public sealed record PixelSteps
{
    /// <summary>Whether colours become their luma (three equal channels), as PIL's <c>convert("L")</c> does.</summary>
    public bool Grey { get; init; }

    /// <summary>The size that images are resized to, or null: they are not resized.</summary>
    public ResizeTarget? Resize { get; init; }

    /// <summary>The kernel of the resize.</summary>
    public Interpolation Filter { get; init; } = Interpolation.Bilinear;

    /// <summary>The size of the middle that is cut out; what is smaller gets a black margin. Null: nothing is cut.</summary>
    public (int Height, int Width)? Crop { get; init; }

    /// <summary>
    /// Whether half of an odd rest before the middle rounds to even, as in torchvision and timm, instead of down, as in Hugging Face's processors.
    /// </summary>
    public bool CropRoundsToEven { get; init; }

    /// <summary>The size that every image has afterwards; null where it depends on the image.</summary>
    public (int Height, int Width)? Output => Crop ?? (Resize is { Covers: false, Height: { } height, Width: { } width } ? (height, width) : null);

    /// <summary>The shorter side is resized to the larger of the two, and the middle is cut out.</summary>
    public static PixelSteps Fit(int height, int width) => new() { Resize = ResizeTarget.Shorter(Math.Max(height, width)), Crop = (height, width) };

    /// <summary>Carries the steps out.</summary>
    public PlanarImage Apply(PlanarImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (Grey)
            image = ImageTransform.ToGrey(image);
        (int height, int width) = Resize?.Of(image.Height, image.Width) ?? (image.Height, image.Width);
        if (Crop is not { } crop)
            return ImageTransform.Resize(image, height, width, Filter);
        int top = Offset(height - crop.Height), left = Offset(width - crop.Width);
        // Only what survives the crop is computed: of a long and thin image that is little.
        int fromRow = Math.Max(top, 0), toRow = Math.Min(top + crop.Height, height), fromColumn = Math.Max(left, 0),
            toColumn = Math.Min(left + crop.Width, width);
        PlanarImage middle = ImageTransform.ResizePart(image, height, width, Filter, fromRow, fromColumn, toRow - fromRow, toColumn - fromColumn);
        return ImageTransform.Place(middle, crop.Height, crop.Width, fromRow - top, fromColumn - left);
    }

    private int Offset(int rest) => CropRoundsToEven && rest > 0 ? (int)Math.Round(rest / 2.0, MidpointRounding.ToEven) : (int)Math.Floor(rest / 2.0);
}
