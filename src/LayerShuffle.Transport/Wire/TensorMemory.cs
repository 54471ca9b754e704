using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LayerShuffle.Transport.Wire;

/// <summary>
/// The native memory of a contiguous CPU tensor as <see cref="Memory{T}"/>, for input and output that goes on over awaits. Valid while the tensor lives; does
/// not own it.
/// </summary>
internal sealed unsafe partial class TensorMemory : MemoryManager<byte>
{
    private const int HugePage = 2 << 20, AdviseHugePage = 14; // MADV_HUGEPAGE

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

    /// <summary>
    /// Asks Linux for huge pages under large new memory. glibc gives blocks of 32 MiB and more back to the system when they are freed, so every such frame
    /// would otherwise pay thousands of page faults: measured at 32 MiB 1.0–1.2 GB/s without and 2.0–2.2 GB/s with huge pages, on loopback.
    /// </summary>
    public void PreferHugePages()
    {
        if (!OperatingSystem.IsLinux() || length < 2 * HugePage)
            return;
        nuint from = ((nuint)start + HugePage - 1) & ~(nuint)(HugePage - 1), to = ((nuint)start + (nuint)length) & ~(nuint)(HugePage - 1);
        _ = MAdvise(from, to - from, AdviseHugePage); // where that is switched off, nothing happens
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

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MAdvise(nuint address, nuint length, int advice);
}
