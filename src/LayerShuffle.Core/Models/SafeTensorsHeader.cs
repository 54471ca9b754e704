using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LayerShuffle.Core.Models;

/// <summary>
/// The header of a safetensors file: eight bytes of length, then JSON. Read strictly, since a file may come from anywhere: nothing is allocated
/// that the file does not have the bytes for, and every tensor's bytes follow the previous one's, without hole or overlap, up to the end of the file.
/// </summary>
public sealed class SafeTensorsHeader
{
    /// <summary>Bytes of the length with which a file begins.</summary>
    public const int LengthBytes = 8;
    private const long MostHeaderBytes = 100_000_000;
    private const int MostDimensions = 16;
    private const string MetadataKey = "__metadata__";
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    private SafeTensorsHeader(IReadOnlyList<SafeTensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        Entries = entries;
        Metadata = metadata;
    }

    /// <summary>The tensors in the sequence of their bytes.</summary>
    public IReadOnlyList<SafeTensorsEntry> Entries { get; }

    /// <summary>Texts that the writer left beside the tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads the header's length from a file's first bytes and checks it.</summary>
    public static int ReadLength(ReadOnlySpan<byte> start, long fileLength, string source)
    {
        LfsPointer.Refuse(start, source);
        if (start.Length < LengthBytes)
            throw Malformed(source, "it is shorter than the eight bytes that every such file begins with");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length > (ulong)(fileLength - LengthBytes))
            throw Malformed(source, $"its header claims {length} bytes, but the file has {fileLength}; it may be cut off or no safetensors file");
        if (length > MostHeaderBytes)
            throw Malformed(source, $"its header claims {length} bytes; more than {MostHeaderBytes} are not accepted");
        return (int)length;
    }

    /// <summary>Reads the header of a file; the stream then stands where the tensors' bytes begin.</summary>
    public static SafeTensorsHeader Read(Stream stream, string source)
    {
        byte[] start = new byte[LengthBytes];
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        byte[] json = new byte[ReadLength(start.AsSpan(0, read), stream.Length, source)];
        stream.ReadExactly(json);
        return Parse(json, stream.Length - stream.Position, source);
    }

    /// <summary>Reads the header's JSON.</summary>
    /// <param name="json">The bytes.</param>
    /// <param name="dataLength">How many bytes follow the header in the file.</param>
    /// <param name="source">What to call the file in a message.</param>
    public static SafeTensorsHeader Parse(ReadOnlyMemory<byte> json, long dataLength, string source)
    {
        if (json.Length == 0 || json.Span[0] != (byte)'{')
            throw Malformed(source, "its header does not begin with {");
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Strict);
            List<SafeTensorsEntry> entries = [];
            IReadOnlyDictionary<string, string> metadata = new Dictionary<string, string>();
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataKey)
                    metadata = ParseMetadata(property.Value, source);
                else
                    entries.Add(ParseEntry(property, source));
            }

            entries.Sort((a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Length.CompareTo(b.Length));
            CheckLayout(entries, dataLength, source);
            return new(entries, metadata);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new ModelFormatException($"{source} is no valid safetensors file: its header is not the JSON it should be ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>Writes length and JSON, padded with spaces to a multiple of eight bytes.</summary>
    public static byte[] Format(IEnumerable<SafeTensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(new byte[LengthBytes]);
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject(MetadataKey);
            foreach ((string key, string value) in metadata)
                json.WriteString(key, value);
            json.WriteEndObject();
            foreach (SafeTensorsEntry entry in entries)
                WriteEntry(json, entry);
            json.WriteEndObject();
        }

        while (buffer.Length % LengthBytes != 0)
            buffer.WriteByte((byte)' ');
        byte[] header = buffer.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - LengthBytes);
        return header;
    }

    /// <summary>What to throw where a file is none.</summary>
    public static ModelFormatException Malformed(string source, string why) => new($"{source} is no valid safetensors file: {why}.");

    private static void WriteEntry(Utf8JsonWriter json, SafeTensorsEntry entry)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", entry.Format.Name);
        json.WriteStartArray("shape");
        foreach (long size in entry.Shape)
            json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(entry.Offset);
        json.WriteNumberValue(entry.Offset + entry.Length);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static Dictionary<string, string> ParseMetadata(JsonElement value, string source)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty property in value.EnumerateObject())
            metadata.Add(property.Name, property.Value.GetString() ?? throw Malformed(source, $"the metadata {property.Name} is not text"));
        return metadata;
    }

    private static SafeTensorsEntry ParseEntry(JsonProperty property, string source)
    {
        string name = property.Name;
        JsonElement dtype = default, shape = default, offsets = default;
        foreach (JsonProperty field in property.Value.EnumerateObject())
        {
            switch (field.Name)
            {
                case "dtype": dtype = field.Value; break;
                case "shape": shape = field.Value; break;
                case "data_offsets": offsets = field.Value; break;
                default: throw Malformed(source, $"the tensor {name} has an unknown field {field.Name}");
            }
        }

        if (dtype.ValueKind == JsonValueKind.Undefined || shape.ValueKind == JsonValueKind.Undefined || offsets.ValueKind == JsonValueKind.Undefined)
            throw Malformed(source, $"the tensor {name} lacks its dtype, shape or data_offsets");
        NumberFormat format = NumberFormat.Find(dtype.GetString())
            ?? throw Malformed(source, $"the tensor {name} is of type {dtype.GetString()}; known are {NumberFormat.Known}");
        if (shape.GetArrayLength() > MostDimensions)
            throw Malformed(source, $"the tensor {name} has {shape.GetArrayLength()} dimensions; at most {MostDimensions} are accepted");
        if (offsets.GetArrayLength() != 2)
            throw Malformed(source, $"the tensor {name} must have two data_offsets");

        long[] sizes = [.. shape.EnumerateArray().Select(dimension => dimension.GetInt64())];
        long begin = offsets[0].GetInt64(), end = offsets[1].GetInt64(), bytes = ByteCount(name, sizes, format.Size, source);
        if (begin < 0 || end < begin)
            throw Malformed(source, $"the tensor {name} has the impossible data_offsets {begin} and {end}");
        if (end - begin != bytes)
            throw Malformed(source, $"the tensor {name} has {end - begin} bytes, but its shape and type need {bytes}");
        return new(name, format, sizes, begin, bytes);
    }

    private static long ByteCount(string name, long[] shape, int size, string source)
    {
        long strides = size; // as if no dimension were 0: a tensor library multiplies these too
        bool empty = false;
        foreach (long dimension in shape)
        {
            if (dimension < 0)
                throw Malformed(source, $"the tensor {name} has a negative dimension");
            empty |= dimension == 0;
            strides = checked(strides * Math.Max(1, dimension));
        }

        return empty ? 0 : strides;
    }

    private static void CheckLayout(List<SafeTensorsEntry> entries, long dataLength, string source)
    {
        long end = 0;
        foreach (SafeTensorsEntry entry in entries)
        {
            if (entry.Offset != end)
                throw Malformed(source, $"the bytes of the tensor {entry.Name} begin at {entry.Offset} instead of {end}, where the previous tensor ends");
            end = checked(end + entry.Length);
            if (end > dataLength)
                throw Malformed(source, $"the tensor {entry.Name} ends at {end}, but only {dataLength} bytes follow the header; the file may be cut off");
        }

        if (end != dataLength)
            throw Malformed(source, $"its tensors end at {end}, but {dataLength} bytes follow the header");
    }
}

/// <summary>Where a tensor lies in a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Format">The format of its numbers.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Offset">Where its bytes begin, counted from the end of the header.</param>
/// <param name="Length">How many bytes it has.</param>
public sealed record SafeTensorsEntry(string Name, NumberFormat Format, long[] Shape, long Offset, long Length)
{
    /// <summary>How many numbers it holds.</summary>
    public long Count => Length / Format.Size;
}

/// <summary>A format of numbers that safetensors files and this program share.</summary>
/// <param name="Name">Its name in a file.</param>
/// <param name="Size">Bytes of a number.</param>
/// <param name="IsFloating">Whether it is a floating-point format.</param>
public sealed record NumberFormat(string Name, int Size, bool IsFloating)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<NumberFormat> All { get; } =
    [
        new("F32", 4, true), new("F16", 2, true), new("BF16", 2, true), new("F64", 8, true),
        new("I64", 8, false), new("I32", 4, false), new("I16", 2, false), new("I8", 1, false), new("U8", 1, false), new("BOOL", 1, false),
    ];

    /// <summary>Their names, for a message.</summary>
    public static string Known => string.Join(", ", All.Select(format => format.Name));

    /// <summary>The format of a name, or null.</summary>
    public static NumberFormat? Find(string? name) => All.FirstOrDefault(format => format.Name == name);
}
