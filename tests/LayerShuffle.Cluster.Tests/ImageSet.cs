using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Seeds;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Images in memory, to test on and to train on. They stay the creator's.</summary>
internal sealed class ImageSet(Tensor pixelValues, Tensor labels) : ITestImages, ITrainingData
{
    public int Count => (int)labels.shape[0];

    public Tensor PixelValues(IReadOnlyList<int> images) => Pick(pixelValues, images);

    public Tensor Labels(IReadOnlyList<int> images) => Pick(labels, images);

    public IEnumerable<(Tensor PixelValues, Tensor Labels)> Epoch(int batchSize, SeedTree seed) =>
        seed.Stream().Permutation(Count).Chunk(batchSize).Select(batch => (PixelValues(batch), Labels(batch)));

    private static Tensor Pick(Tensor all, IReadOnlyList<int> rows)
    {
        using Tensor index = tensor(rows.Select(row => (long)row).ToArray());
        return all.index_select(0, index);
    }
}
