using LayerShuffle.Actors.Models;
using LayerShuffle.Datasets;
using LayerShuffle.Datasets.Batches;
using static TorchSharp.torch;

namespace LayerShuffle.Runs.Images;

/// <summary>Test images of a data set.</summary>
internal sealed class DatasetTestImages(IImageSet images, BatchSource source, Device device) : ITestImages
{
    public int Count => images.Count;

    public Tensor PixelValues(IReadOnlyList<int> indexes)
    {
        Batch batch = source.Get(indexes, device: device);
        batch.Labels.Dispose();
        return batch.PixelValues;
    }

    public Tensor Labels(IReadOnlyList<int> indexes) => tensor(indexes.Select(i => (long)images.Label(i)).ToArray(), device: device);
}
