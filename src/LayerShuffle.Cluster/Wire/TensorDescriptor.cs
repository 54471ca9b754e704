using System.Buffers.Binary;

namespace LayerShuffle.Cluster.Wire;

/// <summary>Dtype, shape and scale of one tensor in a frame's header: 40 bytes (dtype, rank, two zero bytes, the scale as float32, eight dimensions as uint32, unused ones zero).</summary>
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
