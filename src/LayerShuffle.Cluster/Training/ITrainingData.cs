using LayerShuffle.Network.Seeds;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Training;

/// <summary>Training images as batches.</summary>
public interface ITrainingData
{
    /// <summary>Number of training images.</summary>
    int Count { get; }

    /// <summary>The batches of one epoch, in an order drawn from the seed; the last may be smaller. Each is the caller's to dispose of.</summary>
    IEnumerable<(Tensor PixelValues, Tensor Labels)> Epoch(int batchSize, SeedTree seed);
}
