using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Trials;

/// <summary>Test images by index, normalised as a model expects them.</summary>
public interface ITestImages
{
    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>Pixel values <c>[batch, 3, h, w]</c>, the caller's to dispose of.</summary>
    Tensor PixelValues(IReadOnlyList<int> images);

    /// <summary>Labels <c>[batch]</c>, the caller's to dispose of.</summary>
    Tensor Labels(IReadOnlyList<int> images);
}
