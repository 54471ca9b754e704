using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using LayerShuffle.Vision.Numbers;
using static TorchSharp.torch;

namespace LayerShuffle.Transport.Wire;

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
