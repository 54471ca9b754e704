using CsCheck;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Tests.Serialization;

public class WirePrimitiveTests
{
    private delegate void Reading(ref WireReader reader);

    [Fact]
    public void Numbers_come_back_as_they_were() => Gen.Select(Gen.Long, Gen.ULong, Gen.Int, Gen.Double, Gen.Int[0, 63]).Sample((l, u, i, d, shift) =>
    {
        var writer = new WireWriter(1);
        writer.WriteVarInt64(l >> shift);
        writer.WriteVarUInt64(u >> shift);
        writer.WriteVarInt32(i);
        writer.WriteNumber(i & int.MaxValue);
        writer.WriteInt32(i);
        writer.WriteInt64(l);
        writer.WriteUInt64(u);
        writer.WriteDouble(d);
        writer.WriteCount(l & long.MaxValue);
        writer.WriteInstant(new Instant(l));
        writer.WriteDuration(new Duration(l));
        writer.WriteHopId(new HopId(i & int.MaxValue, u, 3));
        var reader = new WireReader(writer.Written, "test");
        reader.ReadVarInt64().ShouldBe(l >> shift);
        reader.ReadVarUInt64().ShouldBe(u >> shift);
        reader.ReadVarInt32().ShouldBe(i);
        reader.ReadNumber().ShouldBe(i & int.MaxValue);
        reader.ReadInt32().ShouldBe(i);
        reader.ReadInt64().ShouldBe(l);
        reader.ReadUInt64().ShouldBe(u);
        BitConverter.DoubleToInt64Bits(reader.ReadDouble()).ShouldBe(BitConverter.DoubleToInt64Bits(d));
        reader.ReadCount().ShouldBe(l & long.MaxValue);
        reader.ReadInstant().Nanoseconds.ShouldBe(l);
        reader.ReadDuration().Nanoseconds.ShouldBe(l);
        reader.ReadHopId().ShouldBe(new HopId(i & int.MaxValue, u, 3));
        reader.End();
    }, iter: 2000, threads: 1);

    [Fact]
    public void Arrays_texts_and_nulls_come_back_as_they_were() => Gen.Select(Gen.Int.Array[0, 40], Gen.String.AlphaNumeric, Gen.Byte.Array[0, 300])
        .Sample((ints, text, bytes) =>
    {
        var writer = new WireWriter();
        writer.WriteList(ints, static (ref w, value) => w.WriteVarInt32(value));
        writer.WriteString(text + "é層🜁");
        writer.WriteBytes(bytes);
        writer.WriteNullable(ints.Length == 0 ? null : (int?)ints[0], static (ref w, value) => w.WriteInt32(value));
        writer.WriteOptional(text.Length == 0 ? null : text, static (ref w, value) => w.WriteString(value));
        writer.WriteEnum(DelayKind.Pareto);
        var reader = new WireReader(writer.ToArray(), "test");
        reader.ReadList(static (ref r) => r.ReadVarInt32()).ShouldBe(ints);
        reader.ReadString().ShouldBe(text + "é層🜁");
        reader.ReadBytes().ToArray().ShouldBe(bytes);
        reader.ReadNullable(static (ref r) => r.ReadInt32()).ShouldBe(ints.Length == 0 ? null : ints[0]);
        reader.ReadOptional(static (ref r) => r.ReadString()).ShouldBe(text.Length == 0 ? null : text);
        reader.ReadEnum<DelayKind>().ShouldBe(DelayKind.Pareto);
        reader.End();
    }, iter: 1000, threads: 1);

    [Theory]
    [InlineData("8000", "longer than it need be")]
    [InlineData("FFFFFFFFFFFFFFFFFF02", "more than 64 bits")]
    [InlineData("FFFFFFFFFFFFFFFFFFFF01", "more than 64 bits")]
    [InlineData("FFFFFFFF0F", "31 bits")]
    [InlineData("80", "1 more bytes were expected")]
    public void A_number_has_one_encoding(string hex, string why) => Refused(hex, why, static (ref r) => r.ReadNumber());

    [Fact]
    public void What_cannot_be_is_refused_with_its_place()
    {
        Refused("02", "yes is 1", static (ref r) => r.ReadBool());
        Refused("FF", "DelayKind has no member 255", static (ref r) => r.ReadEnum<DelayKind>());
        Refused("02C328", "not UTF-8", static (ref r) => r.ReadString());
        Refused("0541", "claims 5 items", static (ref r) => r.ReadString());
        Refused("FFFFFFFF07", "claims 2147483647 items", static (ref r) => r.ReadNumbers());
        Refused("FFFFFFFF07", "claims 2147483647 items", static (ref r) => r.ReadList(static (ref r) => r.ReadInt64(), 8));
        Refused("0200000000", "claims 2 items", static (ref r) => r.ReadList(static (ref r) => r.ReadInt32(), 4));
        Refused("0102", "1 bytes are left over", static (ref r) =>
        {
            r.ReadByte();
            r.End();
        });
    }

    [Fact]
    public void The_writer_refuses_what_the_reader_would()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new WireWriter().WriteNumber(-1));
        Should.Throw<ArgumentOutOfRangeException>(() => new WireWriter().WriteCount(-1));
        Should.Throw<ArgumentOutOfRangeException>(() => new WireWriter().WriteEnum((DelayKind)77));
        Should.Throw<ArgumentException>(() => new WireWriter().WriteString("\ud800"));
    }

    private static void Refused(string hex, string why, Reading reading)
    {
        var exception = Should.Throw<WireFormatException>(() =>
        {
            var reader = new WireReader(Convert.FromHexString(hex), "test");
            reading(ref reader);
        });
        exception.Message.ShouldContain(why);
        exception.Message.ShouldContain("at byte");
    }
}
