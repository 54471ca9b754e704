namespace LayerShuffle.Datasets.Sources;

/// <summary>One split of a dataset as its files hold it, before a subset is drawn and images are brought to size.</summary>
internal abstract class ImageSplit(IReadOnlyList<string> classNames)
{
    public IReadOnlyList<string> ClassNames { get; } = classNames;

    public abstract int Count { get; }

    public abstract int Label(int index);

    /// <summary>One image as planar RGB bytes [3, size, size].</summary>
    public abstract byte[] Read(int index, int size);
}
