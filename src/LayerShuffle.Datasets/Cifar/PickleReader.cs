using System.Globalization;
using System.Text;

namespace LayerShuffle.Datasets.Cifar;

/// <summary>
/// Reads the pickles of CIFAR's Python version: a dictionary of numbers, strings, lists and one numpy array of bytes. It is no interpreter: names that a
/// pickle refers to are compared with five known ones and never looked up, objects cannot be made, and what a pickle can make it hold is bounded (items by
/// number, bytes by the file's own length).
/// </summary>
internal sealed class PickleReader
{
    private const int MostItems = 4_000_000;
    private static readonly object Mark = new();

    private readonly PickleScanner scanner;
    private readonly List<object?> stack = [];
    private readonly List<int> marks = [];
    private readonly Dictionary<long, object?> memo = [];
    private long encodable;
    private int items;

    // Four bytes of UTF-8 at most for what was one.
    private PickleReader(byte[] bytes, string name) => (scanner, encodable) = (new(bytes, name), 4L * bytes.Length);

    /// <summary>Reads the dictionary that a pickle consists of.</summary>
    /// <exception cref="DatasetException">It holds anything else.</exception>
    public static Dictionary<string, object?> Read(byte[] bytes, string name)
    {
        var reader = new PickleReader(bytes, name);
        return reader.Run() as Dictionary<string, object?> ?? throw reader.scanner.Wrong("no dictionary, but something else");
    }

    private object? Run()
    {
        while (true)
        {
            byte opcode = scanner.Byte();
            if (++items > MostItems)
                throw scanner.Wrong($"more than {MostItems} items");
            if (opcode == '.')
                return Pop();
            if (!Number(opcode) && !Text(opcode) && !Container(opcode) && !Memory(opcode) && !Object(opcode))
                throw scanner.Wrong($"the unknown code 0x{opcode:x2}");
        }
    }

    private bool Number(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'K': return Push((long)scanner.Byte());
            case (byte)'M': return Push((long)scanner.UInt16());
            case (byte)'J': return Push((long)scanner.Int32());
            case 0x8a: return Push(scanner.Long(scanner.Byte()));
            case 0x8b: return Push(scanner.Long(scanner.Int32()));
            case (byte)'I': return Push(Boolean());
            case (byte)'L': return Push(scanner.LineNumber());
            case (byte)'G': return Push(scanner.BigEndianDouble());
            case (byte)'N': return Push(null);
            case 0x88: return Push(true);
            case 0x89: return Push(false);
            default: return false;
        }
    }

    // The first protocol writes True and False as the numbers 01 and 00.
    private object Boolean()
    {
        string text = scanner.LineText();
        if (text is "00" or "01")
            return text == "01";
        return long.TryParse(text, CultureInfo.InvariantCulture, out long value) ? value : throw scanner.Wrong($"'{text}' for a number");
    }

    private bool Text(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'U' or (byte)'C' or 0x8c: return Push(new PickleText(scanner.Take(scanner.Byte())));
            case (byte)'T': return Push(new PickleText(scanner.Take(scanner.Int32())));
            case (byte)'X' or (byte)'B': return Push(new PickleText(scanner.Take(scanner.UInt32())));
            case 0x8d or 0x8e or 0x96: return Push(new PickleText(scanner.Take(scanner.UInt64())));
            case (byte)'S': return Push(new PickleText(scanner.Quoted()));
            case (byte)'V': return Push(new PickleText(scanner.Escaped()));
            default: return false;
        }
    }

    private bool Container(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'(':
                marks.Add(stack.Count);
                return Push(Mark);
            case (byte)']': return Push(new List<object?>());
            case (byte)')': return Push(Array.Empty<object?>());
            case (byte)'}': return Push(new Dictionary<string, object?>());
            case (byte)'l': return Push(AboveMark().ToList());
            case (byte)'t': return Push(AboveMark());
            case (byte)'d': return Push(SetItems([], AboveMark()));
            case 0x85 or 0x86 or 0x87: return Push(Last(opcode - 0x84));
            case (byte)'a': return Append(Last(1));
            case (byte)'e': return Append(AboveMark());
            case (byte)'s': return SetTop(Last(2));
            case (byte)'u': return SetTop(AboveMark());
            default: return false;
        }
    }

    private bool Memory(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'p': return Remember(scanner.LineNumber());
            case (byte)'q': return Remember(scanner.Byte());
            case (byte)'r': return Remember(scanner.UInt32());
            case 0x94: return Remember(memo.Count);
            case (byte)'g': return Recall(scanner.LineNumber());
            case (byte)'h': return Recall(scanner.Byte());
            case (byte)'j': return Recall(scanner.UInt32());
            case 0x80: return scanner.Byte() <= 5 ? true : throw scanner.Wrong("a protocol above 5");
            case 0x95: return scanner.UInt64() >= 0; // a frame says how much to read ahead
            case (byte)'0':
                Pop();
                return true;
            default: return false;
        }
    }

    private bool Object(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'c': return Push(Global(scanner.LineText(), scanner.LineText()));
            case 0x93:
                object?[] names = Last(2);
                return Push(Global(Shown(names[0]), Shown(names[1])));
            case (byte)'R':
                object?[] call = Last(2);
                return Push(Call(call[0] as PickleGlobal, call[1] as object?[] ?? []));
            case (byte)'b': return Build(Pop());
            default: return false;
        }
    }

    private string Shown(object? text) =>
        text is PickleText { Bytes.Length: <= 256 } name ? name.ToString() : throw scanner.Wrong("a name that is no short string");

    private PickleGlobal Global(string module, string name) =>
        PickleGlobal.Of(module, name) ?? throw scanner.Wrong($"it asks for '{module}.{name}', which CIFAR's own files do not");

    private object Call(PickleGlobal? function, object?[] arguments)
    {
        switch (function?.Name)
        {
            case PickleGlobal.Reconstruct when arguments.FirstOrDefault() is PickleGlobal { Name: PickleGlobal.Array }:
                return new PickleArray();
            case PickleGlobal.Type when arguments.FirstOrDefault() is PickleText { Bytes.Length: <= 16 } type:
                return new PickleType(type.ToString());
            case PickleGlobal.Encode when arguments is [PickleText text, ..]:
                return new PickleText(Latin1(text));
            case PickleGlobal.FromBuffer when arguments is [PickleText, PickleType, object?[], PickleText { Bytes.Length: 1 } order] && order.ToString() == "C":
                var array = new PickleArray();
                return array.Fill(arguments[2], arguments[1], false, arguments[0]) ? array : throw scanner.Wrong("an array of something other than bytes");
            default:
                throw scanner.Wrong($"a call of {function?.Name ?? "nothing"} with arguments that CIFAR's own files do not use");
        }
    }

    // Bytes that Python 3 saved for Python 2 stand there as text, one character per byte.
    private byte[] Latin1(PickleText text)
    {
        encodable -= text.Bytes.Length;
        return encodable >= 0 ? Encoding.Latin1.GetBytes(text.ToString()) : throw scanner.Wrong("more encoded bytes than the file can have");
    }

    private bool Build(object? state)
    {
        object? target = stack.Count > 0 ? stack[^1] : null;
        if (target is PickleType && state is object?[])
            return true; // byte order and padding: nothing that bytes have
        if (target is PickleArray array && state is object?[] { Length: 5 } parts)
            return array.Fill(parts[1], parts[2], parts[3], parts[4]) ? true : throw scanner.Wrong("an array of something other than bytes, row by row");
        throw scanner.Wrong("a state for something that has none");
    }

    private bool Append(object?[] values)
    {
        if (stack.Count == 0 || stack[^1] is not List<object?> list)
            throw scanner.Wrong("values for something that is no list");
        list.AddRange(values);
        return true;
    }

    private bool SetTop(object?[] pairs)
    {
        if (stack.Count == 0 || stack[^1] is not Dictionary<string, object?> map)
            throw scanner.Wrong("entries for something that is no dictionary");
        SetItems(map, pairs);
        return true;
    }

    private Dictionary<string, object?> SetItems(Dictionary<string, object?> map, object?[] pairs)
    {
        if (pairs.Length % 2 != 0)
            throw scanner.Wrong("a key without a value");
        for (int i = 0; i < pairs.Length; i += 2)
            map[Shown(pairs[i])] = pairs[i + 1];
        return map;
    }

    private bool Push(object? value)
    {
        stack.Add(value);
        return true;
    }

    private object? Pop() => Last(1)[0];

    private object?[] Last(int count)
    {
        int start = stack.Count - count;
        if (start < (marks.Count > 0 ? marks[^1] + 1 : 0))
            throw scanner.Wrong("a value asked for that is not there");
        object?[] values = [.. stack[start..]];
        stack.RemoveRange(start, count);
        return values;
    }

    private object?[] AboveMark()
    {
        if (marks.Count == 0)
            throw scanner.Wrong("a mark asked for that is not there");
        int mark = marks[^1];
        object?[] values = Last(stack.Count - mark - 1);
        stack.RemoveAt(mark);
        marks.RemoveAt(marks.Count - 1);
        return values;
    }

    private bool Remember(long index)
    {
        if (stack.Count == 0)
            throw scanner.Wrong("nothing to remember");
        memo[index] = stack[^1];
        return true;
    }

    private bool Recall(long index) =>
        memo.TryGetValue(index, out object? value) ? Push(value) : throw scanner.Wrong($"{index} recalled, which was "
        + "never remembered");
}
