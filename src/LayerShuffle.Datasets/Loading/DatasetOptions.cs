using LayerShuffle.Datasets.Images;

namespace LayerShuffle.Datasets.Loading;

/// <summary>What <see cref="DatasetLoader"/> is asked to load: the scenario's <c>dataset</c> with the model's image size.</summary>
public sealed record DatasetOptions
{
    /// <summary>The largest image size that is accepted.</summary>
    public const int MaxImageSize = 4096;

    /// <summary>Which dataset.</summary>
    public required DatasetKind Kind { get; init; }

    /// <summary>
    /// The folder with the dataset's files, or one above it; every kind but <see cref="DatasetKind.Shapes"/> needs it. For <see
    /// cref="DatasetKind.Mnist"/> it may also be the file of the training images.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>The number of training images, drawn class by class; by default all there are (shapes: 5,000).</summary>
    public int? Train { get; init; }

    /// <summary>The number of test images, drawn class by class; by default all there are (shapes: 1,000).</summary>
    public int? Test { get; init; }

    /// <summary>The height in pixels to which images are brought, and the width unless <see cref="ImageWidth"/> differs.</summary>
    public int ImageSize { get; init; } = 32;

    /// <summary>The width in pixels to which images are brought; null: <see cref="ImageSize"/>.</summary>
    public int? ImageWidth { get; init; }

    /// <summary>
    /// What is done to the images; null: what suits the dataset (the shorter side resized, the middle cut out; MNIST's digits keep their pixels where a margin
    /// of 4 fills the size).
    /// </summary>
    public PixelSteps? Pixels { get; init; }

    internal int Width => ImageWidth ?? ImageSize;

    internal void Validate()
    {
        if (!Enum.IsDefined(Kind))
            throw new DatasetException($"dataset: kind {Kind} is unknown; use one of {string.Join(", ", Enum.GetNames<DatasetKind>())}.");
        if (ImageSize is < 1 or > MaxImageSize || Width is < 1 or > MaxImageSize)
            throw new DatasetException($"dataset: an image size of {(Width == ImageSize ? $"{ImageSize}" : $"{ImageSize} × {Width}")} pixels is impossible; "
                + $"use 1 to {MaxImageSize}.");
        if (Kind == DatasetKind.Shapes && Width != ImageSize)
            throw new DatasetException($"dataset: shapes are drawn as squares, not as {ImageSize} × {Width} pixels; use a model that takes squares, or "
                + "another dataset.");
        if (Train < 1 || Test < 1)
            throw new DatasetException($"dataset: {(Train < 1 ? "train" : "test")} must be at least 1 image, not {(Train < 1 ? Train : Test)}; leave it out "
                + "for the default.");
        if (Kind == DatasetKind.Shapes)
            return;
        if (string.IsNullOrWhiteSpace(Path))
            throw new DatasetException($"dataset: kind {Kind} needs a path: the folder that holds its files.");
        if (!Directory.Exists(Path) && File.Exists(Path) && Kind != DatasetKind.Mnist)
            throw new DatasetException($"dataset: '{Path}' is a file; dataset.path must be the folder that holds the dataset, unpacked.");
        if (!Directory.Exists(Path) && !File.Exists(Path))
            throw new DatasetException($"dataset: there is no folder '{Path}'; correct dataset.path, or download the dataset first.");
    }
}
