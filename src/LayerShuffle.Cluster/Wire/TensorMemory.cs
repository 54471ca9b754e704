using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Wire;

/// <summary>The native memory of a contiguous CPU tensor as <see cref="Memory{T}"/>, for input and output that goes on over awaits. Valid while the tensor lives; does not own it.</summary>
internal sealed unsafe class TensorMemory : MemoryManager<byte>
{
    private readonly Tensor tensor; // keeps the handle reachable, and with it the memory
    private readonly byte* start;
    private readonly int length;

    /// <summary>The memory of <paramref name="tensor"/>, at most 2 GiB.</summary>
    public TensorMemory(Tensor tensor)
    {
        this.tensor = tensor;
        if (tensor.numel() == 0)
            return; // it has no memory
        Span<byte> bytes = tensor.bytes;
        start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes)); // native: nothing moves it
        length = bytes.Length;
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => new(start, length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

    /// <inheritdoc/>
    public override void Unpin() => GC.KeepAlive(tensor);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
