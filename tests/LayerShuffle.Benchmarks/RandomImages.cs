using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Seeds;
using static TorchSharp.torch;

namespace LayerShuffle.Benchmarks;

/// <summary>Noise as images, in memory: to test on, and to train on for any number of steps.</summary>
internal sealed class RandomImages : ITestImages, ITrainingData, IDisposable
{
    private readonly Tensor pixels, labels;
    private readonly int trainingImages;

    /// <param name="config">Size and classes.</param>
    /// <param name="count">Images.</param>
    /// <param name="trainingImages">How many images an epoch has: the images again and again.</param>
    public RandomImages(VitConfig config, int count, int trainingImages = 0)
    {
        RandomStream luck = SeedTree.Root(1).Child("images").Stream();
        var values = new float[count * config.NumChannels * config.ImageSize * config.ImageSize];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)luck.NextDouble(-1, 1);
        using Tensor flat = tensor(values);
        pixels = flat.reshape(count, config.NumChannels, config.ImageSize, config.ImageSize).clone();
        labels = tensor(Enumerable.Range(0, count).Select(_ => (long)luck.Next(config.NumLabels)).ToArray());
        this.trainingImages = trainingImages;
    }

    /// <summary>Images to test on.</summary>
    public int Count => (int)labels.shape[0];

    int ITrainingData.Count => trainingImages;

    public Tensor PixelValues(IReadOnlyList<int> images) => Pick(pixels, images);

    public Tensor Labels(IReadOnlyList<int> images) => Pick(labels, images);

    public IEnumerable<(Tensor PixelValues, Tensor Labels)> Epoch(int batchSize, SeedTree seed)
    {
        for (int taken = 0; taken < trainingImages; taken += batchSize)
            yield return Batch(taken / batchSize, batchSize);
    }

    /// <summary>The images of a step, the same whenever it is asked for.</summary>
    public (Tensor PixelValues, Tensor Labels) Batch(int step, int batchSize)
    {
        int[] images = [.. Enumerable.Range(0, batchSize).Select(i => (step * batchSize + i) % Count)];
        return (PixelValues(images), Labels(images));
    }

    public void Dispose()
    {
        pixels.Dispose();
        labels.Dispose();
    }

    private static Tensor Pick(Tensor all, IReadOnlyList<int> rows)
    {
        using Tensor index = tensor(rows.Select(row => (long)row).ToArray());
        return all.index_select(0, index);
    }
}
