using LayerShuffle.Datasets;

namespace LayerShuffle.Runs.Images;

/// <summary>A dataset's images with a model's labels.</summary>
/// <param name="images">The images.</param>
/// <param name="toModel">For each label of the dataset, the model's.</param>
/// <param name="names">The model's names of its classes.</param>
internal sealed class RelabelledImages(IImageSet images, IReadOnlyList<int> toModel, IReadOnlyList<string> names) : IImageSet
{
    public int Count => images.Count;

    public int Height => images.Height;

    public int Width => images.Width;

    public int Channels => images.Channels;

    public IReadOnlyList<string> ClassNames => names;

    public int Label(int index) => toModel[images.Label(index)];

    public void CopyPixels(int index, Span<byte> destination) => images.CopyPixels(index, destination);
}
