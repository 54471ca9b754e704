using System.Buffers.Binary;
using CsCheck;
using LayerShuffle.Transport.Wire;
using LayerShuffle.Vision.Numbers;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Wire;

/// <summary>Frames on a stream without a socket: what goes in comes out, and what is no frame does no harm.</summary>
[Collection(AloneCollection.Name)]
public sealed class FrameTests
{
    private static readonly FrameLimits Limits = new(1 << 20, 4096);

    private static readonly Gen<long[]> Shapes = Gen.Int[0, 8].SelectMany(rank => Gen.Frequency((9, Gen.Long[1, 5]), (1, Gen.Const(0L))).Array[rank])
        .Where(s => s.Aggregate(1L, (a, b) => a * b) < 20_000);
    private static readonly Gen<ScalarType> Sources = Gen.Int[0, 3]
        .Select(i => new[] { ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Byte }[i]);
    private static readonly Gen<WireDtype> Wires = Gen.Int[0, 3].Select(i => (WireDtype)i);

    private static readonly Gen<(byte Kind, byte[] Meta, (long[] Shape, ScalarType Dtype)[] Tensors, WireDtype Dtype, int Seed)> Frames =
        Gen.Select(Gen.Byte, Gen.Byte.Array[0, 200], Gen.Select(Shapes, Sources).Array[0, 4], Wires, Gen.Int);

    [Fact]
    public void What_is_written_is_read_back()
    {
        long before = TensorChecks.Settled();
        Frames.Sample(
            f =>
            {
                using var generator = new Generator((ulong)(uint)f.Seed);
                Tensor[] tensors = [.. f.Tensors.Select(t => Numbers(t.Shape, t.Dtype, generator))];
                byte[] bytes = Write(new OutgoingFrame(f.Kind, f.Meta, tensors, f.Dtype));
                using (IncomingFrame frame = Read(bytes).ShouldNotBeNull())
                {
                    frame.From.ShouldBe(7);
                    frame.Kind.ShouldBe(f.Kind);
                    frame.Meta.ShouldBe(f.Meta);
                    frame.WireBytes.ShouldBe(bytes.Length);
                    frame.Tensors.Count.ShouldBe(tensors.Length);
                    for (int i = 0; i < tensors.Length; i++)
                        Check(frame.Tensors[i], tensors[i], f.Dtype);
                }

                foreach (Tensor tensor in tensors)
                    tensor.Dispose();
            },
            iter: 400, threads: 1);
        Tensor.TotalCount.ShouldBe(before);
    }

    [Theory]
    [InlineData(WireDtype.Float32, 300_001)]
    [InlineData(WireDtype.Float16, 300_001)]
    [InlineData(WireDtype.BFloat16, 300_001)]
    [InlineData(WireDtype.Int8, 300_001)]
    public void Tensors_longer_than_a_chunk_arrive_whole(WireDtype dtype, int length)
    {
        using var generator = new Generator(5);
        foreach (ScalarType source in new[] { ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16 })
        {
            using Tensor tensor = Numbers([length], source, generator);
            using IncomingFrame frame = Read(Write(new OutgoingFrame(1, [], [tensor], dtype), Limits with { MaxFrameBytes = 1 << 24 }),
                Limits with { MaxFrameBytes = 1 << 24 })!;
            Check(frame.Tensors[0], tensor, dtype);
        }
    }

    [Fact]
    public void Odd_numbers_survive_as_their_dtype_lets_them()
    {
        float[] odd =
        [
            0, -0f, 1, -1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, 65504,
                65519, 65520, 1e-8f, 3.3895314e38f,
            // signalling NaN, all ones, ties of bfloat16
            BitConverter.UInt32BitsToSingle(0x7F800001), BitConverter.UInt32BitsToSingle(0xFFFFFFFF), 1.00390625f, 1.01171875f,
        ];
        using Tensor tensor = torch.tensor(Enumerable.Repeat(odd, 5).SelectMany(x => x).ToArray());
        foreach (WireDtype dtype in new[] { WireDtype.Float32, WireDtype.Float16, WireDtype.BFloat16 })
        {
            using IncomingFrame frame = Read(Write(new OutgoingFrame(1, [], [tensor], dtype)))!;
            using Tensor narrow = tensor.to(dtype switch
            {
                WireDtype.Float16 => ScalarType.Float16,
                WireDtype.BFloat16 => ScalarType.BFloat16,
                _ => ScalarType.Float32
            }), expected = narrow.to(ScalarType.Float32);
            frame.Tensors[0].data<float>().ToArray().ShouldBe(expected.data<float>().ToArray(), dtype.ToString()); // NaN equals NaN here
        }

        using IncomingFrame poisoned = Read(Write(new OutgoingFrame(1, [], [tensor], WireDtype.Int8)))!;
        poisoned.Tensors[0].data<float>().ToArray().ShouldAllBe(x => float.IsNaN(x));
        using Tensor tiny = torch.tensor(new[] { 1e-44f, -5e-45f, 0, float.Epsilon });
        using IncomingFrame small = Read(Write(new OutgoingFrame(1, [], [tiny], WireDtype.Int8)))!;
        small.Tensors[0].data<float>().ToArray().ShouldAllBe(x => Math.Abs(x) < 2e-44f);
    }

    [Fact]
    public void Strided_tensors_and_those_that_want_gradients_are_written_too()
    {
        using Tensor whole = arange(24, ScalarType.Float32).reshape(4, 6), turned = whole.transpose(0, 1), learned = whole.clone().requires_grad_();
        long before = TensorChecks.Settled();
        using (NewDisposeScope())
        using (IncomingFrame frame = Read(Write(new OutgoingFrame(1, [], [turned, learned], WireDtype.Float32)))!)
        {
            frame.Tensors[0].shape.ShouldBe([6, 4]);
            frame.Tensors[0].allclose(turned).ShouldBeTrue();
            frame.Tensors[1].requires_grad.ShouldBeFalse();
        }

        Tensor.TotalCount.ShouldBe(before);
    }

    [Fact]
    public void Frames_that_nobody_would_accept_are_refused_by_the_sender()
    {
        using Tensor integers = zeros(3, ScalarType.Int64), large = zeros(1 << 19), deep = zeros([1, 1, 1, 1, 1, 1, 1, 1, 1]), fine = zeros(3);
        Refused(new OutgoingFrame(1, [], [integers], WireDtype.Float32)).ShouldContain("dtype Int64");
        Refused(new OutgoingFrame(1, [], [large], WireDtype.Int8)).ShouldContain("at most 1048576 bytes");
        Refused(new OutgoingFrame(1, [], [deep], WireDtype.Float32)).ShouldContain("9 dimensions");
        Refused(new OutgoingFrame(1, [], [fine, fine, fine, fine, fine], WireDtype.Float32)).ShouldContain("4 tensors");
        Refused(new OutgoingFrame(1, [], [fine], WireDtype.UInt8)).ShouldContain("UInt8");
        Refused(new OutgoingFrame(1, new byte[5000], [], WireDtype.Float32)).ShouldContain("4096 bytes of meta");

        static string Refused(OutgoingFrame frame) => Should.Throw<ArgumentException>(() => new PreparedFrame(frame, Limits)).Message;
    }

    [Fact]
    public void Announced_sizes_are_refused_before_anything_is_allocated()
    {
        foreach ((long[] shape, WireDtype dtype) in new (long[], WireDtype)[]
        {
            ([uint.MaxValue, uint.MaxValue], WireDtype.Float32), ([0, uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue], WireDtype.Int8),
                ([1 << 19], WireDtype.Int8), ([1 << 19], WireDtype.Float16),
        })
        {
            byte[] bytes = new byte[FrameHeader.MaxSize];
            var header = new FrameHeader(1, 0, [new TensorDescriptor(dtype, shape, 0)]); // sizes overflow here, as a liar's would
            header.Write(bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Should.Throw<FrameFormatException>(() => FrameHeader.Read(bytes.AsSpan(0, header.Size), Limits));
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100_000);
        }
    }

    [Fact]
    public void A_hundred_thousand_garbled_frames_do_no_harm()
    {
        using Tensor a = arange(60, ScalarType.Float32).reshape(3, 4, 5), b = zeros([7], ScalarType.Byte);
        byte[][] good = [.. Enum.GetValues<WireDtype>()[..4].Select(dtype => Write(new OutgoingFrame(3, [1, 2, 3, 4, 5], [a, b], dtype))),
            Write(new OutgoingFrame(0, [], [], WireDtype.Float32))];
        long before = TensorChecks.Settled();
        int refused = 0, ended = 0, accepted = 0;
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Int[0, 4], Gen.Select(Gen.Int[0, 10_000], Gen.Byte).Array[1, 4], Gen.Byte.Array[0, 80]).Sample(
            (which, how, edits, noise) =>
            {
                byte[] frame = [.. good[which]];
                switch (how)
                {
                    case 0: // bits turned over
                    case 1: // the same, with the checksum of the header made right again: whoever attacks can do that
                        foreach ((int at, byte value) in edits)
                            frame[at % (how == 0 ? frame.Length : FrameHeader.PrefixSize + (good[which][6] * TensorDescriptor.Size))] ^= value;
                        if (how == 1)
                            Reseal(frame);
                        break;
                    case 2:
                        frame = frame[..(edits[0].Item1 % frame.Length)];
                        break;
                    case 3:
                        frame = noise;
                        break;
                    default:
                        frame = [.. frame[..(edits[0].Item1 % frame.Length)], .. noise, .. frame[(edits[0].Item1 % frame.Length)..]];
                        break;
                }

                try
                {
                    using IncomingFrame? read = Read(frame);
                    if (read is not null && how is 0 or 4 && !frame.AsSpan().StartsWith(good[which]))
                        throw new InvalidOperationException("A garbled frame was accepted.");
                    accepted++;
                }
                catch (FrameFormatException)
                {
                    refused++;
                }
                catch (EndOfStreamException)
                {
                    ended++;
                }
            },
            iter: 100_000, threads: 1);
        Tensor.TotalCount.ShouldBe(before);
        refused.ShouldBeGreaterThan(10_000);
        ended.ShouldBeGreaterThan(10_000);
        accepted.ShouldBeLessThan(40_000);
    }

    private static void Reseal(byte[] frame)
    {
        int size = FrameHeader.SizeOf(frame[6]);
        if (size <= frame.Length)
            BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(size - 8), System.IO.Hashing.XxHash3.HashToUInt64(frame.AsSpan(0, size - 8)));
    }

    private static byte[] Write(OutgoingFrame frame, FrameLimits? limits = null)
    {
        using var stream = new MemoryStream();
        using var writer = new FrameWriter(stream);
        var prepared = new PreparedFrame(frame, limits ?? Limits);
        writer.WriteAsync(prepared, default).AsTask().GetAwaiter().GetResult();
        prepared.Finish(null);
        stream.Length.ShouldBe(prepared.Bytes);
        return stream.ToArray();
    }

    private static IncomingFrame? Read(byte[] bytes, FrameLimits? limits = null)
    {
        using var reader = new FrameReader(new MemoryStream(bytes), 7, limits ?? Limits);
        return reader.ReadAsync(default).AsTask().GetAwaiter().GetResult();
    }

    private static Tensor Numbers(long[] shape, ScalarType dtype, Generator generator)
    {
        if (dtype == ScalarType.Byte)
            return randint(0, 256, shape, dtype: ScalarType.Byte, generator: generator);
        using Tensor normal = randn(shape, generator: generator);
        return normal.to(dtype, copy: true);
    }

    private static void Check(Tensor actual, Tensor sent, WireDtype dtype)
    {
        using DisposeScope scope = NewDisposeScope();
        actual.shape.ShouldBe(sent.shape);
        actual.dtype.ShouldBe(sent.dtype == ScalarType.Byte ? ScalarType.Byte : ScalarType.Float32);
        if (actual.numel() == 0)
            return;
        if (sent.dtype == ScalarType.Byte)
        {
            actual.bytes.SequenceEqual(sent.bytes).ShouldBeTrue();
            return;
        }

        Tensor exact = sent.to(ScalarType.Float32);
        if (dtype == WireDtype.Int8)
        {
            double absmax = exact.abs().max().item<float>(), error = (actual - exact).abs().max().item<float>();
            error.ShouldBeLessThanOrEqualTo(absmax / 127 / 2 * 1.0001);
            return;
        }

        ScalarType narrow = dtype switch { WireDtype.Float16 => ScalarType.Float16, WireDtype.BFloat16 => ScalarType.BFloat16, _ => ScalarType.Float32 };
        actual.bytes.SequenceEqual(exact.to(narrow).to(ScalarType.Float32).bytes).ShouldBeTrue($"{sent.dtype} as {dtype}");
    }
}
