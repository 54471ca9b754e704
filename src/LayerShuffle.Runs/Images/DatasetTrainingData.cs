using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Batches;
using static TorchSharp.torch;

namespace LayerShuffle.Runs.Images;

/// <summary>Training batches of a data set: shuffled, augmented, prefetched.</summary>
internal sealed class DatasetTrainingData(BatchSource source, Augmentation augmentation, Device device) : ITrainingData
{
    public int Count => source.Count;

    public IEnumerable<(Tensor PixelValues, Tensor Labels)> Epoch(int batchSize, SeedTree seed) =>
        source.Epoch(batchSize, seed, shuffle: true, augmentation: augmentation, device: device).Select(batch => (batch.PixelValues, batch.Labels));
}
