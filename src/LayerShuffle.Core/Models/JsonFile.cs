using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using LayerShuffle.Core.Files;

namespace LayerShuffle.Core.Models;

/// <summary>A JSON object in a file, read with messages that name the file and the key.</summary>
public sealed class JsonFile : IDisposable
{
    private const long MostBytes = 64_000_000;
    private readonly JsonDocument document;

    private JsonFile(JsonDocument document, string name)
    {
        this.document = document;
        Name = name;
    }

    /// <summary>What to call it in a message.</summary>
    public string Name { get; }

    /// <summary>The object.</summary>
    public JsonElement Root => document.RootElement;

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelFormatException">It is missing, or holds no JSON object.</exception>
    public static JsonFile Open(string path)
    {
        string name = Path.GetFileName(path);
        try
        {
            if (new FileInfo(path).Length > MostBytes)
                throw new ModelFormatException($"{name} is larger than {MostBytes} bytes, which no model's description is.");
            return Parse(File.ReadAllBytes(path), name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads what the bytes of a file would hold.</summary>
    public static JsonFile Parse(byte[] bytes, string name)
    {
        LfsPointer.Refuse(bytes, name);
        try
        {
            var document = JsonDocument.Parse(bytes, new() { MaxDepth = 32, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return new(document, name);
            document.Dispose();
            throw new ModelFormatException($"{name} must hold a JSON object.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The reader's own sentences go on about its settings, and count lines from 0.
            string where = e is JsonException { LineNumber: { } line, BytePositionInLine: { } column }
                ? string.Create(CultureInfo.InvariantCulture, $" in line {line + 1}, byte {column + 1}") : "";
            throw new ModelFormatException($"{name} is not valid JSON{where}: "
                + $"{e.Message.Split(". ")[0].Split(" Change the reader options")[0].Split(" LineNumber:")[0].TrimEnd('.')}.", e);
        }
    }

    /// <summary>Writes a file that appears whole or not at all, indented.</summary>
    public static void Write(string path, Action<Utf8JsonWriter> writeMembers) => Disk.Replace(path, stream => Write(stream, writeMembers));

    /// <summary>Writes an object, indented, with a line end after it.</summary>
    public static void Write(Stream stream, Action<Utf8JsonWriter> writeMembers)
    {
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            writeMembers(json);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    /// <inheritdoc/>
    public void Dispose() => document.Dispose();

    /// <summary>The value under a key; null where there is none, or it is null.</summary>
    public JsonElement? Find(string key) => Root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>The whole number under a key, or what stands for a missing one.</summary>
    public int Int(string key, int missing) =>
        Find(key) is not { } value ? missing
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number
        : throw Wrong(key, "a whole number");

    /// <summary>The number under a key, or what stands for a missing one.</summary>
    public double Double(string key, double missing) =>
        Find(key) is not { } value ? missing
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) ? number
        : throw Wrong(key, "a number");

    /// <summary>The truth value under a key, or what stands for a missing one.</summary>
    public bool Bool(string key, bool missing) =>
        Find(key) is not { } value ? missing
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Wrong(key, "true or false");

    /// <summary>The text under a key; null where there is none.</summary>
    public string? Text(string key) =>
        Find(key) is not { } value ? null
        : TextOf(value) ?? throw Wrong(key, "a text");

    /// <summary>The list of numbers under a key; null where there is none.</summary>
    public double[]? Doubles(string key) =>
        Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.Number && item.TryGetDouble(out double number) ? number : throw Wrong(key, "a list of numbers"))]
        : throw Wrong(key, "a list of numbers");

    /// <summary>What to throw where a key holds something else than expected.</summary>
    public ModelFormatException Wrong(string key, string expected) => new($"{key} in {Name} must be {expected}.");

    /// <summary>A text, or null for anything else (half a surrogate pair, too).</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
