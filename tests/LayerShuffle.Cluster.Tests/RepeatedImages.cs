using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Seeds;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Pretends to have more training images than there are, for epochs of many steps.</summary>
internal sealed class RepeatedImages(ImageSet images, int count) : ITrainingData
{
    public int Count => count;

    public IEnumerable<(Tensor PixelValues, Tensor Labels)> Epoch(int batchSize, SeedTree seed)
    {
        RandomStream luck = seed.Stream();
        for (int taken = 0; taken < count; taken += batchSize)
        {
            int[] batch = [.. Enumerable.Range(0, Math.Min(batchSize, count - taken)).Select(_ => luck.Next(images.Count))];
            yield return (images.PixelValues(batch), images.Labels(batch));
        }
    }
}
