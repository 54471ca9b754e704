using LayerShuffle.Datasets;
using LayerShuffle.Datasets.Images;
using LayerShuffle.Vision.Files;

namespace LayerShuffle.Runs.Images;

/// <summary>Translates between a model's preprocessor_config.json and what the datasets do to pixels.</summary>
internal static class PixelPlan
{
    /// <summary>The steps on bytes.</summary>
    public static PixelSteps Steps(Preprocessor preprocessor) => new()
    {
        Grey = preprocessor.ImageMean.Count == 1,
        Resize = !preprocessor.DoResize ? null : preprocessor.Size switch
        {
            { Height: { } height, Width: { } width, Covered: var covered } => covered ? ResizeTarget.Covering(height, width)
                : ResizeTarget.Exactly(height, width),
            { ShortestEdge: { } shortest, LongestEdge: { } longest } => ResizeTarget.Within(shortest, longest),
            { } size => ResizeTarget.Shorter(size.ShortestEdge!.Value),
        },
        Filter = (Interpolation)preprocessor.Resample,
        Crop = preprocessor is { DoCenterCrop: true, CropSize: { } crop } ? (crop.Height!.Value, crop.Width!.Value) : null,
        CropRoundsToEven = preprocessor.CropRoundsToEven,
    };

    /// <summary>How bytes become numbers.</summary>
    public static NormalizationStats Stats(Preprocessor preprocessor)
    {
        int channels = preprocessor.ImageMean.Count;
        double scale = preprocessor.DoRescale ? preprocessor.RescaleFactor : 1;
        return preprocessor.DoNormalize
            ? new(preprocessor.ImageMean, preprocessor.ImageStd) { Scale = scale }
            : new([.. Enumerable.Repeat(0.0, channels)], [.. Enumerable.Repeat(1.0, channels)]) { Scale = scale };
    }

    /// <summary>A preprocessor that says what was done to the pixels of a dataset.</summary>
    public static Preprocessor Of(PixelSteps steps, NormalizationStats stats) => new()
    {
        DoResize = steps.Resize is not null,
        Size = steps.Resize is { } resize ? new(resize.Height, resize.Width, resize.ShorterSide, resize.LongerSide) { Covered = resize.Covers }
            : new(steps.Output!.Value.Height, steps.Output.Value.Width, null),
        Resample = (int)steps.Filter,
        DoCenterCrop = steps.Crop is not null,
        CropSize = steps.Crop is { } crop ? new(crop.Height, crop.Width, null) : null,
        CropRoundsToEven = steps.CropRoundsToEven,
        RescaleFactor = stats.Scale,
        ImageMean = stats.Mean,
        ImageStd = stats.Std,
        Stated = true,
    };
}
