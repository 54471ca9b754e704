using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets;
using LayerShuffle.Datasets.Batches;
using LayerShuffle.Datasets.Loading;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerShuffle.Benchmarks;

/// <summary>Logistic regression on pixels.</summary>
internal static class LinearModel
{
    private static readonly double[] LearningRates = [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2];

    /// <summary>The best accuracy on the test images after any epoch at any learning rate: chosen on the test images themselves, which flatters it.</summary>
    public static (double Accuracy, double LearningRate, int Epoch) Best(ImageDataset images, int batchSize, int epochs)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor trainPixels, Tensor trainLabels) = All(images.Train, images.Normalization);
        (Tensor testPixels, Tensor testLabels) = All(images.Test, images.Normalization);
        (double Accuracy, double LearningRate, int Epoch) best = (0, 0, 0);
        foreach (double learningRate in LearningRates)
        {
            using Linear linear = nn.Linear(trainPixels.shape[1], images.Train.ClassNames.Count);
            using (no_grad())
            {
                linear.weight.zero_();
                linear.bias!.zero_();
            }

            using AdamW optimizer = optim.AdamW(linear.parameters(), learningRate);
            for (int epoch = 1; epoch <= epochs; epoch++)
            {
                Epoch(linear, optimizer, trainPixels, trainLabels, batchSize, SeedTree.Root(0).Child("epoch").Child(epoch).Stream());
                using DisposeScope inner = NewDisposeScope();
                using IDisposable inference = inference_mode();
                double accuracy = linear.forward(testPixels).argmax(1).eq(testLabels).to(float32).mean().item<float>();
                if (accuracy > best.Accuracy)
                    best = (accuracy, learningRate, epoch);
            }
        }

        return best;
    }

    private static void Epoch(Linear linear, AdamW optimizer, Tensor pixels, Tensor labels, int batchSize, RandomStream luck)
    {
        foreach (int[] batch in luck.Permutation((int)labels.shape[0]).Chunk(batchSize))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor rows = tensor(batch.Select(row => (long)row).ToArray());
            optimizer.zero_grad();
            nn.functional.cross_entropy(linear.forward(pixels.index_select(0, rows)), labels.index_select(0, rows)).backward();
            optimizer.step();
        }
    }

    /// <summary>All images of a set: [images, 3 · height · width] and [images].</summary>
    private static (Tensor Pixels, Tensor Labels) All(IImageSet set, NormalizationStats normalization)
    {
        Batch all = new BatchSource(set, normalization).Get([.. Enumerable.Range(0, set.Count)]);
        return (all.PixelValues.flatten(1), all.Labels);
    }
}
