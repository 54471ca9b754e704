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

/// <summary>
/// Reads what a <see cref="WireWriter"/> wrote, and nothing else: every value has one encoding, counts are checked against the bytes that are there before
/// anything is allocated, and whatever does not fit is a <see cref="WireFormatException"/>. Hand it on by <c>ref</c>.
/// </summary>
/// <param name="bytes">What to read.</param>
/// <param name="what">What it is meant to be, for error messages.</param>
public ref struct WireReader(ReadOnlySpan<byte> bytes, string what)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes left.</summary>
    public readonly int Remaining => bytes.Length - Position;

    /// <summary>One byte.</summary>
    public byte ReadByte() => Take(1)[0];

    /// <summary>One byte, 0 or 1.</summary>
    public bool ReadBool() => ReadByte() switch
    {
        0 => false,
        1 => true,
        byte other => throw Wrong($"yes is 1 and no is 0, not {other}"),
    };

    /// <summary>Four bytes.</summary>
    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    /// <summary>Eight bytes.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    /// <summary>Eight bytes.</summary>
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    /// <summary>Eight bytes, any number.</summary>
    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    /// <summary>A varint in its shortest form.</summary>
    public ulong ReadVarUInt64()
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = ReadByte();
            if (shift == 63 && part > 1)
                throw Wrong("a number has more than 64 bits");
            value |= (ulong)(part & 0x7f) << shift;
            if (part >= 0x80)
                continue;
            return part == 0 && shift > 0 ? throw Wrong("a number is longer than it need be") : value;
        }
    }

    /// <summary>A zigzag varint.</summary>
    public long ReadVarInt64()
    {
        ulong value = ReadVarUInt64();
        return unchecked((long)(value >> 1) ^ -(long)(value & 1));
    }

    /// <summary>A zigzag varint of 32 bits.</summary>
    public int ReadVarInt32()
    {
        long value = ReadVarInt64();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Wrong($"{value} does not fit 32 bits");
    }

    /// <summary>A number that is never negative, of 31 bits.</summary>
    public int ReadNumber()
    {
        ulong value = ReadVarUInt64();
        return value <= int.MaxValue ? (int)value : throw Wrong($"{value} does not fit 31 bits");
    }

    /// <summary>A number that is never negative, of 63 bits.</summary>
    public long ReadCount()
    {
        ulong value = ReadVarUInt64();
        return value <= long.MaxValue ? (long)value : throw Wrong($"{value} does not fit 63 bits");
    }

    /// <summary>The number of a list's items, which must have room in what is left.</summary>
    /// <param name="leastBytes">What every item takes at least.</param>
    public int ReadListLength(int leastBytes = 1)
    {
        int count = ReadNumber();
        return (long)count * leastBytes <= Remaining ? count : throw Wrong($"a list claims {count} items, but only {Remaining} bytes are left");
    }

    /// <summary>A value that the enum names.</summary>
    public T ReadEnum<T>()
        where T : struct, Enum
    {
        byte number = ReadByte();
        T value = Unsafe.BitCast<int, T>(number);
        return Enum.IsDefined(value) ? value : throw Wrong($"{typeof(T).Name} has no member {number}");
    }

    /// <summary>UTF-8, its bytes counted in front.</summary>
    public string ReadString()
    {
        ReadOnlySpan<byte> text = ReadBytes();
        try
        {
            return WireWriter.Text.GetString(text);
        }
        catch (DecoderFallbackException exception)
        {
            throw Wrong("a text is not UTF-8", exception);
        }
    }

    /// <summary>Bytes, counted in front: a view of what is being read.</summary>
    public ReadOnlySpan<byte> ReadBytes() => Take(ReadListLength());

    /// <summary>An instant.</summary>
    public Instant ReadInstant() => new(ReadInt64());

    /// <summary>A duration.</summary>
    public Duration ReadDuration() => new(ReadInt64());

    /// <summary>A hop's identity.</summary>
    public HopId ReadHopId() => new(ReadNumber(), ReadUInt64(), ReadNumber()) { Part = ReadNumber() };

    /// <summary>Whole numbers that are never negative.</summary>
    public int[] ReadNumbers()
    {
        int count = ReadListLength();
        if (count == 0)
            return [];
        var values = new int[count];
        for (int i = 0; i < count; i++)
            values[i] = ReadNumber();
        return values;
    }

    /// <summary>A list.</summary>
    /// <param name="read">Reads an item.</param>
    /// <param name="leastBytes">What every item takes at least: the list is allocated only if that many bytes are there.</param>
    public T[] ReadList<T>(WireRead<T> read, int leastBytes = 1)
    {
        int count = ReadListLength(leastBytes);
        if (count == 0)
            return [];
        var values = new T[count];
        for (int i = 0; i < count; i++)
            values[i] = read(ref this);
        return values;
    }

    /// <summary>A value, or none.</summary>
    public T? ReadNullable<T>(WireRead<T> read)
        where T : struct => ReadBool() ? read(ref this) : null;

    /// <summary>An object, or none.</summary>
    public T? ReadOptional<T>(WireRead<T> read)
        where T : class => ReadBool() ? read(ref this) : null;

    /// <summary>All has been read: what is left over is a mistake.</summary>
    /// <exception cref="WireFormatException">Bytes are left.</exception>
    public readonly void End()
    {
        if (Remaining > 0)
            throw Wrong($"{Remaining} bytes are left over at its end");
    }

    /// <summary>The mistake of a value that cannot be, with where it stands.</summary>
    /// <param name="why">A clause: what is wrong.</param>
    /// <param name="inner">What lies beneath, or null.</param>
    public readonly WireFormatException Wrong(string why, Exception? inner = null) =>
        new($"This is no {what} as LayerShuffle writes it: {why} (at byte {Position} of {bytes.Length}).", inner);

    private ReadOnlySpan<byte> Take(int count)
    {
        if (Remaining < count)
            throw Wrong($"{count} more bytes were expected, but {Remaining} are left");
        ReadOnlySpan<byte> taken = bytes.Slice(Position, count);
        Position += count;
        return taken;
    }
}

/// <summary>Reads a value that a <see cref="WireWrite{T}"/> wrote.</summary>
/// <param name="reader">Where from.</param>
/// <exception cref="WireFormatException">The bytes are not such a value.</exception>
public delegate T WireRead<out T>(ref WireReader reader);

/// <summary>Bytes that are not what a peer of this version writes: truncated, garbled, or with values that cannot be.</summary>
/// <param name="message">A sentence: what was found where, and what was expected.</param>
/// <param name="inner">What lies beneath, or null.</param>
public sealed class WireFormatException(string message, Exception? inner = null) : Exception(message, inner);
