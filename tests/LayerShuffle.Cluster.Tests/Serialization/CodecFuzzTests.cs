using System.Globalization;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Transport.Wire;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Serialization;

/// <summary>Whatever a peer sends: it is a message, or it is refused, and the price is bounded by what it sent.</summary>
public sealed class CodecFuzzTests : IDisposable
{
    /// <summary>Of each of more than fifty codecs; LAYERSHUFFLE_LONG=1 looks for what is rare.</summary>
    private static readonly int Cases = LongTests.AreWanted ? 100_000 : 1_000;

    /// <summary>An exception with its texts and stack.</summary>
    private const int ErrorBytes = 12_000;

    /// <summary>Bytes of memory for a byte received: nine bytes that make an exception of a link, some 170 in memory, are the worst.</summary>
    private const int BytesPerByte = 32;

    private readonly Tensor[] tensors = [zeros(1)];

    public static TheoryData<string> Names => AnyCodec.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Garbage_is_refused_at_a_bounded_price(string name)
    {
        AnyCodec codec = AnyCodec.Of(name);
        RandomStream luck = SeedTree.Root(20240704).Child(name).Stream();
        Func<object> draw = codec.Messages(3, tensors);
        var valid = Enumerable.Range(0, 50).Select(_ => (Bytes: codec.Encode(draw(), out IReadOnlyList<object> parts), Parts: parts)).ToArray();
        codec.Decode(valid[0].Bytes, AnyCodec.Received(valid[0].Parts));
        int refused = 0;
        for (int i = 0; i < Cases; i++)
        {
            (byte[] bytes, IReadOnlyList<object> parts) = valid[luck.Next(valid.Length)];
            byte[] garbled = Garble(bytes, valid[luck.Next(valid.Length)].Bytes, luck);
            parts = AnyCodec.Received(parts);
            long before = GC.GetAllocatedBytesForCurrentThread();
            object? read = null;
            try
            {
                read = codec.Decode(garbled, parts);
            }
            catch (WireFormatException)
            {
                refused++;
                AnyCodec.Free(parts);
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated > ErrorBytes + (long)BytesPerByte * garbled.Length)
                Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"{garbled.Length} bytes cost {allocated}: {Convert.ToHexString(garbled)}"));
            if (read is null)
                continue;
            byte[] again = codec.Encode(read, out parts);
            int same = again.AsSpan().CommonPrefixLength(garbled);
            if (same < Math.Max(again.Length, garbled.Length))
                Assert.Fail($"Two encodings of one message, from byte {same} on: {Convert.ToHexString(garbled)} and {Convert.ToHexString(again)}");
            AnyCodec.Free(parts);
        }

        refused.ShouldBeGreaterThan(Cases / 10);
        foreach ((_, IReadOnlyList<object> parts) in valid)
            AnyCodec.Free(parts);
    }

    private static byte[] Garble(byte[] bytes, byte[] other, RandomStream luck)
    {
        switch (luck.Next(6))
        {
            case 0: // noise, of the right version now and then
                byte[] noise = [.. Enumerable.Range(0, luck.Next(64)).Select(_ => (byte)luck.Next(256))];
                if (noise.Length > 0 && luck.Next(4) > 0)
                    noise[0] = 1;
                return noise;
            case 1:
                return bytes[..luck.Next(bytes.Length)];
            case 2:
                return [.. bytes, (byte)luck.Next(256)];
            case 3: // the tail of another
                int cut = luck.Next(bytes.Length);
                return [.. bytes[..cut], .. other[Math.Min(cut, other.Length)..]];
            case 4: // a huge count somewhere
                int at = luck.Next(bytes.Length);
                return [.. bytes[..at], 0xff, 0xff, 0xff, 0xff, (byte)luck.Next(8), .. bytes[at..]];
            default:
                byte[] flipped = [.. bytes];
                for (int i = luck.Next(4); i >= 0; i--)
                    flipped[luck.Next(flipped.Length)] ^= (byte)(1 << luck.Next(8));
                return flipped;
        }
    }

    public void Dispose() => tensors[0].Dispose();
}
