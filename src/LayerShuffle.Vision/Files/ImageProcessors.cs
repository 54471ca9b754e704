namespace LayerShuffle.Vision.Files;

/// <summary>What Hugging Face's image processors do where a preprocessor_config.json leaves a key out.</summary>
/// <param name="Defaults">The steps.</param>
/// <param name="NumberIsSquare">Whether a bare number as <c>size</c> means a square; otherwise it means the shortest edge.</param>
/// <param name="CropPct">The share of the shorter edge that is kept, where the processor has one.</param>
internal sealed record ImageProcessors(Preprocessor Defaults, bool NumberIsSquare, double? CropPct = null)
{
    private static readonly double[] ClipMean = [0.48145466, 0.4578275, 0.40821073], ClipStd = [0.26862954, 0.26130258, 0.27577711];

    private static readonly Preprocessor Plain = new() { Size = PixelSize.Square(224), Stated = true };
    private static readonly Preprocessor Cropped = Plain with { Resample = 3, DoCenterCrop = true, CropSize = PixelSize.Square(224) };
    private static readonly ImageProcessors Clip = new(Cropped with { Size = PixelSize.Shortest(224), ImageMean = ClipMean, ImageStd = ClipStd },
        NumberIsSquare: false);

    private static readonly OrderedDictionary<string, ImageProcessors> Known = new()
    {
        ["ViT"] = new(Plain, NumberIsSquare: true),
        ["DeiT"] = new(Cropped with { Size = PixelSize.Square(256) }, NumberIsSquare: true),
        ["Beit"] = new(Cropped with { Size = PixelSize.Square(256) }, NumberIsSquare: true),
        ["Bit"] = Clip,
        ["CLIP"] = Clip,
        ["ConvNext"] = new(Plain with { Size = PixelSize.Shortest(384), Resample = 3 }, NumberIsSquare: false, CropPct: 224 / 256.0),
    };

    /// <summary>The processors' names.</summary>
    public static string Names => string.Join(", ", Known.Keys.Select(name => name + "ImageProcessor"));

    /// <summary>
    /// The processor of a name such as <c>ViTImageProcessor</c>, <c>ViTImageProcessorFast</c> or <c>ViTFeatureExtractor</c>; without a name the architecture's
    /// own. Null: unknown.
    /// </summary>
    public static ImageProcessors? Find(string? name, ModelArchitecture architecture)
    {
        if (name is null)
            return Known[architecture == ModelArchitecture.Deit ? "DeiT" : "ViT"];
        foreach (string ending in new[] { "ImageProcessorFast", "ImageProcessorPil", "ImageProcessor", "FeatureExtractor" })
        {
            if (name.EndsWith(ending, StringComparison.Ordinal))
                return Known.GetValueOrDefault(name[..^ending.Length]);
        }

        return null;
    }
}
