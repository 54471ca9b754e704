using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Transport.Wire;

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
