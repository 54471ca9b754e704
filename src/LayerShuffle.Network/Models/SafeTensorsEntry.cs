namespace LayerShuffle.Network.Models;

/// <summary>Where a tensor lies in a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Format">The format of its numbers.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Offset">Where its bytes begin, counted from the end of the header.</param>
/// <param name="Length">How many bytes it has.</param>
internal sealed record SafeTensorsEntry(string Name, NumberFormat Format, long[] Shape, long Offset, long Length)
{
    /// <summary>How many numbers it holds.</summary>
    public long Count => Length / Format.Size;
}
