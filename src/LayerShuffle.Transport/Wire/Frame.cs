using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LayerShuffle.Vision.Numbers;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Transport.Wire;

/// <summary>
/// One frame to send. The tensors (at most <see cref="MaxTensors"/>, at most eight dimensions) are borrowed: neither changed nor disposed by anybody until the
/// plane says that it has let go of them. Contiguous CPU tensors are written straight from their memory, others are copied when they are queued. float32,
/// float16 and bfloat16 tensors travel as <paramref name="Dtype"/> and arrive as float32; uint8 tensors travel and arrive as bytes whatever
/// <paramref name="Dtype"/> says.
/// </summary>
/// <param name="Kind">The meaning of the frame: the user's business.</param>
/// <param name="Meta">What goes with the tensors: the user's business. Borrowed like the tensors.</param>
/// <param name="Tensors">The tensors, in order.</param>
/// <param name="Dtype">How numbers are written.</param>
public sealed record OutgoingFrame(byte Kind, byte[] Meta, IReadOnlyList<Tensor> Tensors, WireDtype Dtype)
{
    /// <summary>The most tensors one frame can carry.</summary>
    public const int MaxTensors = 4;
}

/// <summary>A checked frame on its way out: descriptors, the memory of its tensors, and whom to tell when the plane has let go of them.</summary>
internal sealed class PreparedFrame
{
    private readonly List<Tensor> copies = [];
    private Action<Exception?>? done;

    /// <summary>Checks a frame and copies the tensors that cannot be written from where they lie.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="limits">What a receiver would refuse.</param>
    /// <param name="done">Called exactly once: null when the frame is written, else why it was not.</param>
    /// <exception cref="ArgumentException">The frame cannot be sent, whoever the peer is.</exception>
    public PreparedFrame(OutgoingFrame frame, FrameLimits limits, Action<Exception?>? done = null)
    {
        this.done = done;
        if (frame.Tensors.Count > OutgoingFrame.MaxTensors)
            throw new ArgumentException($"A frame carries at most {OutgoingFrame.MaxTensors} tensors, not {frame.Tensors.Count}.");
        if (frame.Meta.Length > limits.MaxMetaBytes)
            throw new ArgumentException($"A frame carries at most {limits.MaxMetaBytes} bytes of meta data, not {frame.Meta.Length}. Put large data into a "
                + "tensor of bytes.");
        Meta = frame.Meta;
        var descriptors = new TensorDescriptor[frame.Tensors.Count];
        for (int i = 0; i < descriptors.Length; i++)
            descriptors[i] = new TensorDescriptor(WireDtypeOf(frame.Tensors[i], frame.Dtype), frame.Tensors[i].shape, 0);
        long memory = descriptors.Sum(descriptor => descriptor.MemoryBytes);
        if (memory > limits.MaxFrameBytes)
            throw new ArgumentException($"A frame's tensors take at most {limits.MaxFrameBytes} bytes, not {memory}. Send fewer images at a time or raise "
                + "MaxFrameBytes on all endpoints.");
        Header = new FrameHeader(frame.Kind, frame.Meta.Length, descriptors);
        Bytes = Header.FrameBytes;
        Sources = new TensorMemory[descriptors.Length];
        SourceDtypes = new WireDtype[descriptors.Length];
        for (int i = 0; i < descriptors.Length; i++)
        {
            Sources[i] = new TensorMemory(Plain(frame.Tensors[i]));
            SourceDtypes[i] = InMemory(frame.Tensors[i].dtype);
        }
    }

    /// <summary>The header, scales not yet filled in.</summary>
    public FrameHeader Header { get; }

    /// <summary>The meta data.</summary>
    public byte[] Meta { get; }

    /// <summary>Size on the wire.</summary>
    public long Bytes { get; }

    /// <summary>Where the tensors lie.</summary>
    public TensorMemory[] Sources { get; }

    /// <summary>How they lie there.</summary>
    public WireDtype[] SourceDtypes { get; }

    /// <summary>Lets go of the tensors and says so, the first time it is called.</summary>
    /// <param name="failure">Why the frame was not written; null if it was.</param>
    public void Finish(Exception? failure)
    {
        foreach (Tensor copy in copies)
            copy.Dispose();
        copies.Clear();
        Interlocked.Exchange(ref done, null)?.Invoke(failure);
    }

    /// <summary>Lets go of the tensors without a word: the frame was never queued.</summary>
    public void Abandon()
    {
        done = null;
        Finish(null);
    }

    private static WireDtype WireDtypeOf(Tensor tensor, WireDtype wanted)
    {
        if (tensor.dtype == ScalarType.Byte)
            return WireDtype.UInt8;
        if (tensor.dtype is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
            throw new ArgumentException($"A tensor of dtype {tensor.dtype} cannot be sent; float32, float16, bfloat16 and uint8 can. Convert it first, or put "
                + "the numbers into the meta data.");
        if (tensor.dim() > TensorDescriptor.MaxRank)
            throw new ArgumentException($"A tensor of {tensor.dim()} dimensions cannot be sent; at most {TensorDescriptor.MaxRank} can. Flatten some.");
        if (wanted is WireDtype.UInt8 or > WireDtype.UInt8)
            throw new ArgumentException($"A tensor of dtype {tensor.dtype} cannot be sent as {wanted}: choose float32, float16, bfloat16 or int8.");
        return wanted;
    }

    private static WireDtype InMemory(ScalarType dtype) => dtype switch
    {
        ScalarType.Float32 => WireDtype.Float32,
        ScalarType.Float16 => WireDtype.Float16,
        ScalarType.BFloat16 => WireDtype.BFloat16,
        _ => WireDtype.UInt8,
    };

    private Tensor Plain(Tensor tensor)
    {
        if (tensor.device_type == DeviceType.CPU && tensor.is_contiguous())
            return tensor;
        using Tensor near = tensor.detach().cpu();
        Tensor plain = near.contiguous().DetachFromDisposeScope(); // whatever scope the caller has open must not end it
        copies.Add(plain);
        return plain;
    }
}

/// <summary>One frame that arrived. Whoever receives it owns it and its tensors (contiguous, on the CPU, in no dispose scope, without gradient).</summary>
public sealed class IncomingFrame : IDisposable
{
    private IReadOnlyList<Tensor> tensors;

    internal IncomingFrame(int from, byte kind, byte[] meta, IReadOnlyList<Tensor> tensors, long wireBytes)
    {
        From = from;
        Kind = kind;
        Meta = meta;
        this.tensors = tensors;
        WireBytes = wireBytes;
    }

    /// <summary>The endpoint that sent it.</summary>
    public int From { get; }

    /// <summary>What the sender called <see cref="OutgoingFrame.Kind"/>.</summary>
    public byte Kind { get; }

    /// <summary>What the sender called <see cref="OutgoingFrame.Meta"/>.</summary>
    public byte[] Meta { get; }

    /// <summary>float32 tensors, uint8 where the sender's were; empty once taken or disposed.</summary>
    public IReadOnlyList<Tensor> Tensors => tensors;

    /// <summary>Size on the wire in bytes: header, meta, tensors and checksums.</summary>
    public long WireBytes { get; }

    /// <summary>Hands the tensors over: <see cref="Dispose"/> leaves them alone from now on.</summary>
    public IReadOnlyList<Tensor> TakeTensors() => Interlocked.Exchange(ref tensors, []);

    /// <summary>Frees the tensors that nobody took.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in TakeTensors())
            tensor.Dispose();
    }
}

/// <summary>
/// What precedes a frame's meta data and tensors, little endian: <c>magic u32 · version u8 · kind u8 · tensors u8 · 0 u8 · meta bytes u32 · 0 u32 · payload
/// bytes u64 · tensors × descriptor (40 bytes) · XxHash3 of all that u64</c>. After it come the meta data, the tensors one after the other, and the XxHash3 of
/// both (u64).
/// </summary>
internal sealed record FrameHeader(byte Kind, int MetaBytes, TensorDescriptor[] Tensors)
{
    /// <summary>Bytes before the first descriptor.</summary>
    public const int PrefixSize = 24;

    /// <summary>Bytes of a checksum.</summary>
    public const int ChecksumSize = 8;

    /// <summary>The longest header.</summary>
    public const int MaxSize = PrefixSize + (OutgoingFrame.MaxTensors * TensorDescriptor.Size) + ChecksumSize;

    private const uint Magic = 0x3146534C; // "LSF1"
    private const byte Version = 1;

    /// <summary>Bytes of this header.</summary>
    public int Size => SizeOf(Tensors.Length);

    /// <summary>Bytes of all tensors on the wire.</summary>
    public long PayloadBytes => Tensors.Sum(tensor => tensor.WireBytes);

    /// <summary>Bytes of the whole frame.</summary>
    public long FrameBytes => Size + (long)MetaBytes + PayloadBytes + ChecksumSize;

    /// <summary>Bytes of a header with so many tensors.</summary>
    public static int SizeOf(int tensors) => PrefixSize + (tensors * TensorDescriptor.Size) + ChecksumSize;

    /// <summary>Writes the header into the first <see cref="Size"/> bytes of <paramref name="target"/>.</summary>
    public void Write(Span<byte> target)
    {
        target = target[..Size];
        target.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(target, Magic);
        target[4] = Version;
        target[5] = Kind;
        target[6] = (byte)Tensors.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], (uint)MetaBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], (ulong)PayloadBytes);
        for (int i = 0; i < Tensors.Length; i++)
            Tensors[i].Write(target.Slice(PrefixSize + (i * TensorDescriptor.Size), TensorDescriptor.Size));
        BinaryPrimitives.WriteUInt64LittleEndian(target[^ChecksumSize..], XxHash3.HashToUInt64(target[..^ChecksumSize]));
    }

    /// <summary>Checks the first <see cref="PrefixSize"/> bytes and says how many tensors are announced.</summary>
    /// <exception cref="FrameFormatException">They begin no frame.</exception>
    public static int ReadPrefix(ReadOnlySpan<byte> prefix)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(prefix) != Magic)
            throw new FrameFormatException($"A frame begins with {Convert.ToHexString(prefix[..4])} instead of 4C534631: the stream is out of step or not of "
                + "this protocol.");
        if (prefix[4] != Version)
            throw new FrameFormatException($"A frame has version {prefix[4]}; {Version} is expected. Run the same program on all machines.");
        if (prefix[6] > OutgoingFrame.MaxTensors)
            throw new FrameFormatException($"A frame announces {prefix[6]} tensors; at most {OutgoingFrame.MaxTensors} are expected.");
        return prefix[6];
    }

    /// <summary>Reads and checks a whole header (exactly its bytes).</summary>
    /// <exception cref="FrameFormatException">The checksum is wrong, a size contradicts another, or a limit is broken.</exception>
    public static FrameHeader Read(ReadOnlySpan<byte> source, FrameLimits limits)
    {
        int count = ReadPrefix(source);
        if (XxHash3.HashToUInt64(source[..^ChecksumSize]) != BinaryPrimitives.ReadUInt64LittleEndian(source[^ChecksumSize..]))
            throw new FrameFormatException("A frame's header does not match its checksum.");
        uint meta = BinaryPrimitives.ReadUInt32LittleEndian(source[8..]);
        if (meta > limits.MaxMetaBytes)
            throw new FrameFormatException($"A frame announces {meta} bytes of meta data; at most {limits.MaxMetaBytes} are expected.");
        if (source[7] != 0 || BinaryPrimitives.ReadUInt32LittleEndian(source[12..]) != 0)
            throw new FrameFormatException("A frame's header has bytes set that must be zero.");

        var tensors = new TensorDescriptor[count];
        long memory = 0;
        for (int i = 0; i < count; i++)
        {
            tensors[i] = TensorDescriptor.Read(source.Slice(PrefixSize + (i * TensorDescriptor.Size), TensorDescriptor.Size), limits.MaxFrameBytes);
            memory += tensors[i].MemoryBytes;
        }

        if (memory > limits.MaxFrameBytes)
            throw new FrameFormatException($"A frame's tensors take {memory} bytes; at most {limits.MaxFrameBytes} are expected.");
        var header = new FrameHeader(source[5], (int)meta, tensors);
        ulong payload = BinaryPrimitives.ReadUInt64LittleEndian(source[16..]);
        return payload == (ulong)header.PayloadBytes
            ? header
            : throw new FrameFormatException($"A frame announces {payload} bytes of tensors, but their shapes need {header.PayloadBytes}.");
    }
}

/// <summary>What a receiver allocates for one frame at most. Checked before anything is allocated.</summary>
/// <param name="MaxFrameBytes">Bytes of all tensors of a frame, on the wire and in memory (int8 unpacks to four times its size) alike.</param>
/// <param name="MaxMetaBytes">Bytes of meta data.</param>
public readonly record struct FrameLimits(int MaxFrameBytes, int MaxMetaBytes);

/// <summary>What arrived is not a frame of this protocol, or breaks its limits. The connection it came on cannot be used any longer.</summary>
public sealed class FrameFormatException : Exception
{
    /// <summary>An error with a sentence that says what was found and what was expected.</summary>
    public FrameFormatException(string message)
        : base(message)
    {
    }
}

/// <summary>
/// Dtype, shape and scale of one tensor in a frame's header: 40 bytes (dtype, rank, two zero bytes, the scale as float32, eight dimensions as uint32, unused
/// ones zero).
/// </summary>
internal readonly record struct TensorDescriptor(WireDtype Dtype, long[] Shape, float Scale)
{
    /// <summary>Bytes of a descriptor on the wire.</summary>
    public const int Size = 40;

    /// <summary>The most dimensions.</summary>
    public const int MaxRank = 8;

    /// <summary>Numbers in the tensor.</summary>
    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Bytes on the wire.</summary>
    public long WireBytes => Elements * TensorCodec.ItemBytes(Dtype);

    /// <summary>Bytes in the receiver's memory.</summary>
    public long MemoryBytes => Elements * (Dtype == WireDtype.UInt8 ? 1 : sizeof(float));

    /// <summary>Writes the descriptor into <see cref="Size"/> zeroed bytes.</summary>
    public void Write(Span<byte> target)
    {
        target[0] = (byte)Dtype;
        target[1] = (byte)Shape.Length;
        BinaryPrimitives.WriteSingleLittleEndian(target[4..], Scale);
        for (int i = 0; i < Shape.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(target[(8 + (4 * i))..], checked((uint)Shape[i]));
    }

    /// <summary>Reads and checks a descriptor; no shape that is accepted overflows anything or takes more than <paramref name="maxBytes"/> in memory.</summary>
    /// <exception cref="FrameFormatException">It is none, or too large.</exception>
    public static TensorDescriptor Read(ReadOnlySpan<byte> source, long maxBytes)
    {
        var dtype = (WireDtype)source[0];
        int rank = source[1];
        if (dtype > WireDtype.UInt8)
            throw new FrameFormatException($"A tensor has the unknown dtype {source[0]}.");
        if (rank > MaxRank)
            throw new FrameFormatException($"A tensor has {rank} dimensions; at most {MaxRank} are expected.");
        if (source[2] != 0 || source[3] != 0 || source[(8 + (4 * rank))..Size].ContainsAnyExcept((byte)0))
            throw new FrameFormatException("A tensor's descriptor has bytes set that must be zero.");
        float scale = BinaryPrimitives.ReadSingleLittleEndian(source[4..]);
        if (dtype == WireDtype.Int8 ? scale < 0 || float.IsInfinity(scale) : BitConverter.SingleToUInt32Bits(scale) != 0)
            throw new FrameFormatException($"A tensor of dtype {dtype} has the scale {scale}.");

        long[] shape = new long[rank];
        long most = dtype == WireDtype.UInt8 ? 1 : sizeof(float); // bytes, a dimension of 0 counted as 1: its strides must not overflow either
        for (int i = 0; i < rank; i++)
        {
            shape[i] = BinaryPrimitives.ReadUInt32LittleEndian(source[(8 + (4 * i))..]);
            most *= Math.Max(1, shape[i]); // both below 2³²: no overflow in 64 bits, since maxBytes is an int
            if (most > maxBytes)
                throw new FrameFormatException($"A tensor takes more than the {maxBytes} bytes that a frame may hold.");
        }

        return new TensorDescriptor(dtype, shape, scale);
    }
}

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
