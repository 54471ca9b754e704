using TorchSharp;

namespace LayerShuffle.Datasets.Batches;

/// <summary>Images and labels as tensors. Whoever takes a batch disposes it; no dispose scope holds it.</summary>
/// <param name="PixelValues">[batch, channels, height, width] float32, normalised.</param>
/// <param name="Labels">[batch] int64.</param>
public sealed record Batch(torch.Tensor PixelValues, torch.Tensor Labels) : IDisposable
{
    /// <summary>The number of images.</summary>
    public int Count => (int)Labels.shape[0];

    /// <inheritdoc/>
    public void Dispose()
    {
        PixelValues.Dispose();
        Labels.Dispose();
    }
}
