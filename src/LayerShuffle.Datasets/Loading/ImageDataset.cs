using LayerShuffle.Datasets.Accounts;
using LayerShuffle.Datasets.Images;

namespace LayerShuffle.Datasets.Loading;

/// <summary>A dataset that is ready to train on.</summary>
/// <param name="Train">The training images.</param>
/// <param name="Test">The test images.</param>
/// <param name="Normalization">How pixels become the model's input.</param>
/// <param name="Fingerprint">A hash of kind, size, classes, labels and pixels (64 lower-case hexadecimal digits): equal when a trained model may be
/// reused.</param>
/// <param name="Pixels">What was done to the images' bytes.</param>
public sealed record ImageDataset(IImageSet Train, IImageSet Test, NormalizationStats Normalization, string Fingerprint, PixelSteps Pixels)
{
    /// <summary>What was found where the dataset lies.</summary>
    public required DatasetAccount Account { get; init; }
}
