using static TorchSharp.torch;

namespace LayerShuffle.Vision;

/// <summary>Where a tensor lies in a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DataType">The type of its elements.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Offset">Where its bytes begin, counted from the end of the header.</param>
/// <param name="Length">How many bytes it has.</param>
internal sealed record SafeTensorsEntry(string Name, ScalarType DataType, long[] Shape, long Offset, long Length);
