using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Transport.Wire;

/// <summary>
/// Writes values one after the other, little endian, without names or types: the reader knows what comes. Every value has exactly one encoding, so that bytes
/// that can be read are the bytes that would be written. Hand it on by <c>ref</c>: a copy would lose what is written to it.
/// </summary>
public ref struct WireWriter
{
    /// <summary>Bytes of the longest varint: 64 bits, 7 to a byte.</summary>
    internal const int LongestVarint = 10;

    /// <summary>UTF-8 without a mark that refuses what is no text.</summary>
    internal static readonly UTF8Encoding Text = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private byte[] buffer;
    private int length;

    /// <summary>An empty writer.</summary>
    public WireWriter()
        : this(64)
    {
    }

    /// <summary>An empty writer.</summary>
    /// <param name="capacity">Bytes to expect; it grows beyond them.</param>
    public WireWriter(int capacity) => buffer = new byte[Math.Max(capacity, 16)];

    /// <summary>Bytes written so far.</summary>
    public readonly int Length => length;

    /// <summary>What has been written, valid until more is.</summary>
    public readonly ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    /// <summary>What has been written, as an array of its own.</summary>
    public readonly byte[] ToArray() => Written.ToArray();

    /// <summary>One byte.</summary>
    public void WriteByte(byte value) => Reserve(1)[0] = value;

    /// <summary>One byte: 0 or 1.</summary>
    public void WriteBool(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    /// <summary>Four bytes.</summary>
    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Reserve(sizeof(int)), value);

    /// <summary>Eight bytes.</summary>
    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Reserve(sizeof(long)), value);

    /// <summary>Eight bytes.</summary>
    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(sizeof(ulong)), value);

    /// <summary>Eight bytes: the bits of the number, those of a NaN too.</summary>
    public void WriteDouble(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Reserve(sizeof(double)), value);

    /// <summary>One to ten bytes, seven bits to a byte, lowest first; the highest bit of a byte says that more follow (LEB128).</summary>
    public void WriteVarUInt64(ulong value)
    {
        Span<byte> room = stackalloc byte[LongestVarint];
        int used = 0;
        for (; value >= 0x80; value >>= 7)
            room[used++] = (byte)(value | 0x80);
        room[used++] = (byte)value;
        room[..used].CopyTo(Reserve(used));
    }

    /// <summary>A number that may be negative as a varint, small either way (zigzag: 0, −1, 1, −2, …).</summary>
    public void WriteVarInt64(long value) => WriteVarUInt64(unchecked((ulong)(value << 1) ^ (ulong)(value >> 63)));

    /// <summary>A number that may be negative as a varint (zigzag).</summary>
    public void WriteVarInt32(int value) => WriteVarInt64(value);

    /// <summary>A number that is never negative (a request, an endpoint, a count …) as a varint.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative: a mistake of the caller.</exception>
    public void WriteNumber(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        WriteVarUInt64((ulong)value);
    }

    /// <summary>A number that is never negative, as a varint.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative: a mistake of the caller.</exception>
    public void WriteCount(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        WriteVarUInt64((ulong)value);
    }

    /// <summary>An enum's value as one byte.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The enum does not name it.</exception>
    public void WriteEnum<T>(T value)
        where T : struct, Enum
    {
        int number = Unsafe.BitCast<T, int>(value); // enums are ints here: anything else throws at once
        if (!Enum.IsDefined(value) || number is < 0 or > byte.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(value), value, $"{typeof(T).Name} has no member {number} that fits one byte.");
        WriteByte((byte)number);
    }

    /// <summary>UTF-8, its bytes counted in front.</summary>
    /// <exception cref="EncoderFallbackException">The string is no text: half of a surrogate pair stands alone.</exception>
    public void WriteString(string value)
    {
        int bytes = Text.GetByteCount(value);
        WriteNumber(bytes);
        Text.GetBytes(value, Reserve(bytes));
    }

    /// <summary>Bytes, counted in front.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteNumber(value.Length);
        value.CopyTo(Reserve(value.Length));
    }

    /// <summary>Nanoseconds since t = 0 as eight bytes.</summary>
    public void WriteInstant(Instant value) => WriteInt64(value.Nanoseconds);

    /// <summary>Nanoseconds as eight bytes.</summary>
    public void WriteDuration(Duration value) => WriteInt64(value.Nanoseconds);

    /// <summary>A hop's identity: request, branch, position.</summary>
    public void WriteHopId(HopId value)
    {
        WriteNumber(value.Request);
        WriteUInt64(value.Branch); // a hash: a varint of it would be longer
        WriteNumber(value.Position);
        WriteNumber(value.Part);
    }

    /// <summary>Whole numbers that are never negative (layer ids), counted in front, each a varint.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is negative: a mistake of the caller.</exception>
    public void WriteNumbers(IReadOnlyList<int> values)
    {
        WriteNumber(values.Count);
        for (int i = 0; i < values.Count; i++)
            WriteNumber(values[i]);
    }

    /// <summary>A list, counted in front.</summary>
    /// <param name="values">The list.</param>
    /// <param name="write">Writes one of them, in at least one byte.</param>
    public void WriteList<T>(IReadOnlyList<T> values, WireWrite<T> write)
    {
        WriteNumber(values.Count);
        for (int i = 0; i < values.Count; i++)
            write(ref this, values[i]);
    }

    /// <summary>Whether there is a value, and the value.</summary>
    public void WriteNullable<T>(T? value, WireWrite<T> write)
        where T : struct
    {
        WriteBool(value.HasValue);
        if (value.HasValue)
            write(ref this, value.Value);
    }

    /// <summary>Whether there is an object, and the object.</summary>
    public void WriteOptional<T>(T? value, WireWrite<T> write)
        where T : class
    {
        WriteBool(value is not null);
        if (value is not null)
            write(ref this, value);
    }

    private Span<byte> Reserve(int bytes)
    {
        if (buffer.Length - length < bytes)
            Array.Resize(ref buffer, (int)Math.Min(Array.MaxLength, Math.Max((long)length + bytes, 2L * buffer.Length)));
        Span<byte> room = buffer.AsSpan(length, bytes);
        length += bytes;
        return room;
    }
}

/// <summary>Writes a value.</summary>
/// <param name="writer">Where to.</param>
/// <param name="value">What.</param>
public delegate void WireWrite<in T>(ref WireWriter writer, T value);
