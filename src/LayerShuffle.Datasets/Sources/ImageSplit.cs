using LayerShuffle.Datasets.Images;

namespace LayerShuffle.Datasets.Sources;

/// <summary>One split of a dataset as its files hold it, before a subset is drawn and images are brought to size.</summary>
internal abstract class ImageSplit(IReadOnlyList<string> classNames)
{
    public IReadOnlyList<string> ClassNames { get; } = classNames;

    public abstract int Count { get; }

    public abstract int Label(int index);

    /// <summary>One image in the size that it has.</summary>
    public abstract PlanarImage Read(int index);

    /// <summary>What messages call an image.</summary>
    public virtual string Name(int index) => $"image {index}";

    /// <summary>What is done to the images for a model that was trained here.</summary>
    public virtual PixelSteps DefaultSteps(int height, int width) => PixelSteps.Fit(height, width);
}
