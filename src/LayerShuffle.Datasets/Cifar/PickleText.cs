using System.Text;

namespace LayerShuffle.Datasets.Cifar;

/// <summary>A string or bytes of a pickle: Python 2 does not tell them apart.</summary>
internal sealed record PickleText(ReadOnlyMemory<byte> Bytes)
{
    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(Bytes.Span);
}
