using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Trials;

/// <summary>Test images by index.</summary>
public interface ITestImages
{
    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>Pixel values <c>[batch, 3, h, w]</c> and labels <c>[batch]</c>, the caller's to dispose of.</summary>
    (Tensor PixelValues, Tensor Labels) Get(IReadOnlyList<int> images);
}
