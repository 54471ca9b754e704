namespace LayerShuffle.Network.Models;

/// <summary>Where a checkpoint has a tensor of a model.</summary>
/// <param name="Tensor">The checkpoint's tensor.</param>
/// <param name="Third">Which third of it; null for the whole.</param>
internal sealed record TensorPlace(SafeTensorsEntry Tensor, int? Third)
{
    /// <summary>The shape of the part; no shape at all where the tensor has no three thirds.</summary>
    public long[] Shape =>
        Third is null ? Tensor.Shape
        : Tensor.Shape is [long first, ..] && first % 3 == 0 ? [first / 3, .. Tensor.Shape[1..]]
        : [-1];

    /// <summary>The shape that the whole tensor should have, so that its part has this one.</summary>
    public long[] Whole(long[] part) => Third is null ? part : [3 * part[0], .. part[1..]];
}
