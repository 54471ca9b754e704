using System.Buffers.Binary;
using System.IO.Hashing;
using LayerShuffle.Vision.Numbers;

namespace LayerShuffle.Transport.Wire;

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
