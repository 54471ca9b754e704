using System.Numerics;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Core.Tests.Damages;

public sealed class ActivationDamageTests
{
    private const int Images = 2, Tokens = 9, Hidden = 32, Count = Images * Tokens * Hidden;

    public static TheoryData<WireFormat, BitField, int> Flips()
    {
        var all = new TheoryData<WireFormat, BitField, int>();
        foreach (WireFormat format in Enum.GetValues<WireFormat>())
        {
            foreach (BitField field in Enum.GetValues<BitField>())
            {
                if (NumberBits.Of(field, format).Count > 0)
                {
                    all.Add(format, field, 1);
                    all.Add(format, field, 40);
                }
            }
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Flips))]
    public void Flips_change_exactly_so_many_bits_of_the_named_field(WireFormat format, BitField field, int bits)
    {
        float[] sent = Carried(format), arrived = Damaged(sent, new CorruptionSpec(CorruptionKind.Flip) { Bits = bits, Field = field }, format);
        (int lowest, int count) = NumberBits.Of(field, format);
        uint allowed = (uint)(((1UL << count) - 1) << lowest);
        int flipped = 0;
        for (int i = 0; i < Count; i++)
        {
            uint difference = Bits(sent[i], format) ^ Bits(arrived[i], format);
            if (format == WireFormat.Float16 && float.IsNaN(arrived[i]))
                difference &= ~0x200u; // a half that is no number becomes a quiet one when it is widened
            (difference & ~allowed).ShouldBe(0u, $"number {i}");
            flipped += BitOperations.PopCount(difference);
        }

        flipped.ShouldBe(bits);
    }

    [Fact]
    public void No_more_bits_flip_than_there_are()
    {
        float[] sent = Carried(WireFormat.Float32);
        float[] arrived = Damaged(sent, new CorruptionSpec(CorruptionKind.Flip) { Bits = int.MaxValue, Field = BitField.Sign }, WireFormat.Float32);
        arrived.ShouldBe(sent.Select(value => -value));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(2)]
    public void Noise_has_the_strength_asked_for_in_units_of_the_activations_own_deviation(double strength)
    {
        const int Many = 200; // images
        float[] sent = Numbers(Many * Tokens * Hidden, mean: 3, deviation: 0.5), arrived = [.. sent];
        new ActivationDamage(5) { Corruption = new(CorruptionKind.Noise) { Strength = strength } }.Apply(arrived, Tokens, Hidden, WireFormat.Float32);
        double[] noise = [.. sent.Zip(arrived, (a, b) => (double)b - a)];
        double deviation = Math.Sqrt(noise.Average(value => value * value)), own = Deviation(sent);
        (deviation / own).ShouldBe(strength, strength * 4 / Math.Sqrt(2.0 * noise.Length)); // four standard errors of a deviation
        noise.Average().ShouldBe(0, 4 * deviation / Math.Sqrt(noise.Length));
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(0.001)]
    [InlineData(1)]
    public void The_share_asked_for_becomes_zero(double share)
    {
        float[] sent = Carried(WireFormat.Float32), arrived = Damaged(sent, new CorruptionSpec(CorruptionKind.Zero) { Share = share }, WireFormat.Float32);
        arrived.Count(value => value == 0).ShouldBe((int)Math.Round(share * Count));
        for (int i = 0; i < Count; i++)
            (arrived[i] == 0 || arrived[i] == sent[i]).ShouldBeTrue();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(100)]
    public void So_many_tokens_of_every_image_change_places(int tokens)
    {
        float[] sent = Carried(WireFormat.Float32), arrived = Damaged(sent, new CorruptionSpec(CorruptionKind.Swap) { Tokens = tokens }, WireFormat.Float32);
        for (int image = 0; image < Images; image++)
        {
            string[] before = Texts(sent, image), after = Texts(arrived, image);
            after.Order().ShouldBe(before.Order());
            before.Zip(after).Count(pair => pair.First != pair.Second).ShouldBe(Math.Min(tokens, Tokens));
        }

        static string[] Texts(float[] values, int image) =>
            [.. Enumerable.Range(image * Tokens, Tokens).Select(token => string.Join(' ', values.Skip(token * Hidden).Take(Hidden)))];
    }

    [Theory]
    [InlineData(WireFormat.Float32)]
    [InlineData(WireFormat.Int8)]
    public void What_missing_packets_carried_is_zero(WireFormat format)
    {
        int inPacket = 100 / format.BytesPerNumber(); // numbers
        float[] sent = Carried(format), arrived = [.. sent];
        new ActivationDamage(1) { Missing = [0, 3], PacketBytes = 100 }.Apply(arrived, Tokens, Hidden, format);
        for (int i = 0; i < Count; i++)
            arrived[i].ShouldBe(i / inPacket is 0 or 3 ? 0 : sent[i]);
    }

    [Fact]
    public void A_number_in_two_packets_needs_both()
    {
        float[] arrived = Carried(WireFormat.Float32);
        new ActivationDamage(1) { Missing = [1], PacketBytes = 10 }.Apply(arrived, Tokens, Hidden, WireFormat.Float32); // bytes 10 to 19: numbers 2, 3 and 4
        arrived.Select((value, at) => (value, at)).Where(item => item.value == 0).Select(item => item.at).ShouldBe([2, 3, 4]);
    }

    [Fact]
    public void The_last_packet_may_be_short()
    {
        float[] arrived = Carried(WireFormat.Float32);
        new ActivationDamage(1) { Missing = [2], PacketBytes = 1000 }.Apply(arrived, Tokens, Hidden, WireFormat.Float32); // 2304 bytes
        arrived.Count(value => value == 0).ShouldBe(Count - 500);
    }

    [Fact]
    public void Or_the_mean_of_what_arrived_of_its_token()
    {
        float[] sent = Carried(WireFormat.Float32), arrived = [.. sent];
        // Packets of half a token: of token 0 the first half is missing, of token 2 all of it.
        new ActivationDamage(1) { Missing = [0, 4, 5], PacketBytes = 4 * Hidden / 2, FillsWithMean = true }.Apply(arrived, Tokens, Hidden, WireFormat.Float32);
        double half = sent.Skip(Hidden / 2).Take(Hidden / 2).Average(value => (double)value);
        double rest = sent.Where((_, i) => i >= Hidden / 2 && i / Hidden != 2).Average(value => (double)value);
        for (int i = 0; i < Count; i++)
            arrived[i].ShouldBe(i < Hidden / 2 ? (float)half : i / Hidden == 2 ? (float)rest : sent[i]);
    }

    [Fact]
    public void The_same_damage_does_the_same_and_another_seed_something_else()
    {
        var noise = new CorruptionSpec(CorruptionKind.Noise);
        float[] sent = Carried(WireFormat.Float32);
        Damaged(sent, noise, WireFormat.Float32, seed: 3).ShouldBe(Damaged(sent, noise, WireFormat.Float32, seed: 3));
        Damaged(sent, noise, WireFormat.Float32, seed: 3).ShouldNotBe(Damaged(sent, noise, WireFormat.Float32, seed: 4));
    }

    private static float[] Damaged(float[] sent, CorruptionSpec corruption, WireFormat format, ulong seed = 11)
    {
        float[] arrived = [.. sent];
        new ActivationDamage(seed) { Corruption = corruption }.Apply(arrived, Tokens, Hidden, format);
        return arrived;
    }

    private static float[] Numbers(int count, double mean = 0, double deviation = 1)
    {
        RandomStream luck = SeedTree.Root(3).Stream();
        return [.. Enumerable.Range(0, count).Select(_ => (float)(mean + (deviation * luck.NextGaussian())))];
    }

    /// <summary>Numbers that a format can hold: of int8, with a scale of 1/4.</summary>
    private static float[] Carried(WireFormat format)
    {
        float[] values = Numbers(Count);
        for (int i = 0; i < Count; i++)
        {
            values[i] = format switch
            {
                WireFormat.Float16 => (float)(Half)values[i],
                WireFormat.BFloat16 => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(values[i]) & 0xFFFF0000),
                WireFormat.Int8 => i == 0 ? 127 * 0.25f : MathF.Round(Math.Clamp(values[i] * 30, -126, 126)) * 0.25f,
                _ => values[i],
            };
        }

        return values;
    }

    private static uint Bits(float value, WireFormat format) => format switch
    {
        WireFormat.Float16 => BitConverter.HalfToUInt16Bits((Half)value),
        WireFormat.BFloat16 => BitConverter.SingleToUInt32Bits(value) >> 16,
        WireFormat.Int8 => (byte)(sbyte)MathF.Round(value / 0.25f),
        _ => BitConverter.SingleToUInt32Bits(value),
    };

    private static double Deviation(float[] values)
    {
        double mean = values.Average(value => (double)value);
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}
