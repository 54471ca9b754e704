using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using LayerShuffle.Vision.Numbers;
using static TorchSharp.torch;

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

/// <summary>
/// Reads frames from a stream, straight into tensor memory where they travel as they will lie. Nothing is allocated for a frame before its header has been
/// checked against the limits.
/// </summary>
internal sealed class FrameReader(Stream stream, int from, FrameLimits limits) : IDisposable
{
    private readonly byte[] small = new byte[FrameHeader.MaxSize];
    private readonly byte[] staging = ArrayPool<byte>.Shared.Rent(FrameWriter.ChunkBytes);
    private readonly XxHash3 hash = new();

    /// <summary>The next frame, or null if the stream ends where one would begin. The caller owns it.</summary>
    /// <exception cref="FrameFormatException">What came is no frame, breaks a limit, or does not match its checksum.</exception>
    /// <exception cref="EndOfStreamException">The stream ended within a frame.</exception>
    public async ValueTask<IncomingFrame?> ReadAsync(CancellationToken cancellation)
    {
        int read = await stream.ReadAtLeastAsync(small.AsMemory(0, FrameHeader.PrefixSize), FrameHeader.PrefixSize, throwOnEndOfStream: false, cancellation);
        if (read == 0)
            return null;
        if (read < FrameHeader.PrefixSize)
            throw new EndOfStreamException("The stream ended within a frame's header.");
        int size = FrameHeader.SizeOf(FrameHeader.ReadPrefix(small));
        await stream.ReadExactlyAsync(small.AsMemory(FrameHeader.PrefixSize, size - FrameHeader.PrefixSize), cancellation);
        FrameHeader header = FrameHeader.Read(small.AsSpan(0, size), limits);

        hash.Reset();
        byte[] meta = header.MetaBytes == 0 ? [] : new byte[header.MetaBytes];
        await stream.ReadExactlyAsync(meta, cancellation);
        hash.Append(meta);
        List<Tensor> tensors = [];
        try
        {
            foreach (TensorDescriptor descriptor in header.Tensors)
            {
                Tensor tensor = Allocate(descriptor);
                tensors.Add(tensor);
                var manager = new TensorMemory(tensor);
                manager.PreferHugePages();
                Memory<byte> memory = manager.Memory;
                if (descriptor.Dtype is WireDtype.Float32 or WireDtype.UInt8)
                    await ReadPlainAsync(memory, cancellation);
                else
                    await ReadConvertedAsync(memory, descriptor, cancellation);
            }

            await stream.ReadExactlyAsync(small.AsMemory(0, FrameHeader.ChecksumSize), cancellation);
            if (hash.GetCurrentHashAsUInt64() != BinaryPrimitives.ReadUInt64LittleEndian(small))
                throw new FrameFormatException("A frame's content does not match its checksum.");
            var frame = new IncomingFrame(from, header.Kind, meta, [.. tensors], header.FrameBytes);
            tensors.Clear();
            return frame;
        }
        finally
        {
            foreach (Tensor tensor in tensors)
                tensor.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(staging);

    private static Tensor Allocate(TensorDescriptor descriptor)
    {
        // Whatever ran on this pool thread before: an ordinary tensor that nobody else disposes.
        using IDisposable ordinary = inference_mode(false);
        return empty(descriptor.Shape, descriptor.Dtype == WireDtype.UInt8 ? ScalarType.Byte : ScalarType.Float32).DetachFromDisposeScope();
    }

    private async ValueTask ReadPlainAsync(Memory<byte> target, CancellationToken cancellation)
    {
        while (!target.IsEmpty)
        {
            int read = await stream.ReadAsync(target[..Math.Min(FrameWriter.ChunkBytes, target.Length)], cancellation);
            if (read == 0)
                throw new EndOfStreamException("The stream ended within a tensor.");
            hash.Append(target.Span[..read]);
            target = target[read..];
        }
    }

    private async ValueTask ReadConvertedAsync(Memory<byte> target, TensorDescriptor descriptor, CancellationToken cancellation)
    {
        int item = TensorCodec.ItemBytes(descriptor.Dtype), left = (int)descriptor.WireBytes, done = 0;
        while (left > 0)
        {
            int bytes = Math.Min(FrameWriter.ChunkBytes, left), numbers = bytes / item;
            await stream.ReadExactlyAsync(staging.AsMemory(0, bytes), cancellation);
            hash.Append(staging.AsSpan(0, bytes));
            TensorCodec.Decode(descriptor.Dtype, descriptor.Scale, staging.AsSpan(0, bytes), MemoryMarshal.Cast<byte, float>(target.Span).Slice(done, numbers));
            done += numbers;
            left -= bytes;
        }
    }
}
