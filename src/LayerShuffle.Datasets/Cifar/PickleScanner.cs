using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace LayerShuffle.Datasets.Cifar;

/// <summary>Takes numbers and strings out of a pickle's bytes; lengths are checked against what is there.</summary>
internal sealed class PickleScanner(byte[] bytes, string name)
{
    private const int LongestLine = 256;

    /// <summary>Where the next byte lies.</summary>
    public int Position { get; private set; }

    public byte Byte() => Take(1).Span[0];

    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2).Span);

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4).Span);

    public long UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span);

    public long UInt64()
    {
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(Take(8).Span);
        return value <= long.MaxValue ? (long)value : throw Wrong($"a length of {value}");
    }

    public double BigEndianDouble() => BinaryPrimitives.ReadDoubleBigEndian(Take(8).Span);

    public ReadOnlyMemory<byte> Take(long count)
    {
        if (count < 0 || count > bytes.Length - Position)
            throw Wrong($"{count} bytes asked for, {bytes.Length - Position} left");
        Position += (int)count;
        return bytes.AsMemory(Position - (int)count, (int)count);
    }

    /// <summary>A little endian number of two's complement, at most 8 bytes long.</summary>
    public long Long(long length)
    {
        ReadOnlySpan<byte> number = Take(length is >= 0 and <= 8 ? length : throw Wrong($"a number of {length} bytes")).Span;
        long value = number.Length > 0 && number[^1] >= 0x80 ? -1 : 0;
        for (int i = number.Length - 1; i >= 0; i--)
            value = (value << 8) | number[i];
        return value;
    }

    /// <summary>Text up to the end of the line.</summary>
    public ReadOnlyMemory<byte> Line()
    {
        int length = bytes.AsSpan(Position).IndexOf((byte)'\n');
        ReadOnlyMemory<byte> line = Take(length >= 0 ? length : throw Wrong("a line without an end"));
        Position++;
        return line;
    }

    public string LineText() =>
        Line() is { Length: <= LongestLine } line ? Encoding.UTF8.GetString(line.Span) : throw Wrong("a name or number that is far too long");

    public long LineNumber()
    {
        string text = LineText();
        return long.TryParse(text.TrimEnd('L'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw Wrong($"'{text}' for a number");
    }

    /// <summary>A string as Python 2 writes it in a program: quoted, with escapes.</summary>
    public byte[] Quoted()
    {
        ReadOnlySpan<byte> line = Line().Span;
        if (line.Length < 2 || line[0] != line[^1] || line[0] is not ((byte)'\'' or (byte)'"'))
            throw Wrong("a string without quotes");
        line = line[1..^1];
        var text = new List<byte>(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] != '\\')
            {
                text.Add(line[i]);
                continue;
            }
            int left = line.Length - i - 1;
            if (left >= 3 && line[i + 1] == 'x' && byte.TryParse(line.Slice(i + 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out byte code))
                text.Add(code);
            else
                text.Add(left < 1 ? throw Wrong("half an escape") : Escape(line[i + 1]));
            i += line[i + 1] == 'x' ? 3 : 1;
        }
        return [.. text];
    }

    private byte Escape(byte letter) => letter switch
    {
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        (byte)'\\' or (byte)'\'' or (byte)'"' => letter,
        _ => throw Wrong("an unknown escape"),
    };

    /// <summary>A line of Latin-1 in which \u and four digits stand for another character, as UTF-8.</summary>
    public byte[] Escaped()
    {
        ReadOnlySpan<byte> line = Line().Span;
        var text = new StringBuilder(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            bool escape = line.Length - i >= 6 && line[i] == '\\' && line[i + 1] == 'u';
            if (escape && ushort.TryParse(line.Slice(i + 2, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ushort code))
            {
                text.Append((char)code);
                i += 5;
            }
            else
            {
                text.Append((char)line[i]);
            }
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>What is wrong, with the place.</summary>
    public DatasetException Wrong(string what) =>
        new($"'{name}' is no pickle of CIFAR's: {what} at byte {Position}. It is damaged or something else; nothing in it was executed. Download it again.");
}
