using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using LayerShuffle.Vision.Numbers;

namespace LayerShuffle.Transport.Wire;

/// <summary>
/// Writes frames to a stream, one at a time: straight from a tensor's memory where it lies as it travels, piece by piece through a buffer where it must be
/// converted.
/// </summary>
internal sealed class FrameWriter(Stream stream) : IDisposable
{
    /// <summary>Numbers converted at a time, and bytes hashed and written at a time: small enough to stay in the cache between the two.</summary>
    public const int ChunkElements = 64 * 1024, ChunkBytes = 256 * 1024;

    private const int Together = 16 * 1024; // header, meta data and checksum of small frames go out in one write

    private readonly byte[] staging = ArrayPool<byte>.Shared.Rent(ChunkElements * sizeof(float));
    private readonly float[] numbers = ArrayPool<float>.Shared.Rent(ChunkElements);
    private readonly XxHash3 hash = new();
    private readonly byte[] small = new byte[FrameHeader.MaxSize + Together + FrameHeader.ChecksumSize];

    /// <summary>Writes one frame. After an error or a cancellation the stream holds half a frame and is of no further use.</summary>
    public async ValueTask WriteAsync(PreparedFrame frame, CancellationToken cancellation)
    {
        FillScales(frame);
        hash.Reset();
        hash.Append(frame.Meta);
        frame.Header.Write(small);
        int length = frame.Header.Size;
        if (frame.Meta.Length <= Together)
        {
            frame.Meta.CopyTo(small, length);
            length += frame.Meta.Length;
        }
        else
        {
            await stream.WriteAsync(small.AsMemory(0, length), cancellation);
            await stream.WriteAsync(frame.Meta, cancellation);
            length = 0;
        }

        if (frame.Header.PayloadBytes > 0)
        {
            await stream.WriteAsync(small.AsMemory(0, length), cancellation);
            length = 0;
            for (int i = 0; i < frame.Sources.Length; i++)
            {
                if (frame.SourceDtypes[i] == frame.Header.Tensors[i].Dtype)
                    await WritePlainAsync(frame.Sources[i].Memory, cancellation);
                else
                    await WriteConvertedAsync(frame.Sources[i].Memory, frame.SourceDtypes[i], frame.Header.Tensors[i], cancellation);
            }
        }

        BinaryPrimitives.WriteUInt64LittleEndian(small.AsSpan(length), hash.GetCurrentHashAsUInt64());
        await stream.WriteAsync(small.AsMemory(0, length + FrameHeader.ChecksumSize), cancellation);
        await stream.FlushAsync(cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(staging);
        ArrayPool<float>.Shared.Return(numbers);
    }

    private async ValueTask WritePlainAsync(ReadOnlyMemory<byte> source, CancellationToken cancellation)
    {
        for (int at = 0; at < source.Length; at += ChunkBytes)
        {
            ReadOnlyMemory<byte> piece = source.Slice(at, Math.Min(ChunkBytes, source.Length - at));
            hash.Append(piece.Span);
            await stream.WriteAsync(piece, cancellation);
        }
    }

    private async ValueTask WriteConvertedAsync(ReadOnlyMemory<byte> source, WireDtype from, TensorDescriptor to, CancellationToken cancellation)
    {
        int item = TensorCodec.ItemBytes(from), step = ChunkElements * item;
        for (int at = 0; at < source.Length; at += step)
        {
            ReadOnlyMemory<byte> piece = source.Slice(at, Math.Min(step, source.Length - at));
            int bytes = piece.Length / item * TensorCodec.ItemBytes(to.Dtype);
            TensorCodec.Encode(to.Dtype, to.Scale, Numbers(piece.Span, from), staging.AsSpan(0, bytes));
            hash.Append(staging.AsSpan(0, bytes));
            await stream.WriteAsync(staging.AsMemory(0, bytes), cancellation);
        }
    }

    private void FillScales(PreparedFrame frame)
    {
        for (int i = 0; i < frame.Sources.Length; i++)
        {
            TensorDescriptor descriptor = frame.Header.Tensors[i];
            if (descriptor.Dtype != WireDtype.Int8)
                continue;
            ReadOnlySpan<byte> source = frame.Sources[i].GetSpan();
            int step = ChunkElements * TensorCodec.ItemBytes(frame.SourceDtypes[i]);
            float absmax = 0;
            for (int at = 0; at < source.Length; at += step)
                // passes NaN on
                absmax = MathF.Max(absmax, TensorCodec.AbsMax(Numbers(source.Slice(at, Math.Min(step, source.Length - at)), frame.SourceDtypes[i])));
            frame.Header.Tensors[i] = descriptor with { Scale = TensorCodec.Int8Scale(absmax) };
        }
    }

    private ReadOnlySpan<float> Numbers(ReadOnlySpan<byte> piece, WireDtype dtype)
    {
        if (dtype == WireDtype.Float32)
            return MemoryMarshal.Cast<byte, float>(piece);
        Span<float> converted = numbers.AsSpan(0, piece.Length / TensorCodec.ItemBytes(dtype));
        TensorCodec.Decode(dtype, 0, piece, converted);
        return converted;
    }
}
