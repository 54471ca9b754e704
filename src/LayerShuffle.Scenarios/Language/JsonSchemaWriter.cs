using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using LayerShuffle.Scenarios.Units;

namespace LayerShuffle.Scenarios.Language;

/// <summary>Writes the language as a JSON schema (draft 2020-12) for editors, from the same description that the validator uses.</summary>
public static class JsonSchemaWriter
{
    private const string Quantified = @"\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?";
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        IndentSize = 1,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    /// <summary>The schema as indented JSON with a line feed at its end.</summary>
    public static string Write()
    {
        JsonObject schema = new()
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "LayerShuffle scenario",
        };
        foreach ((string key, JsonNode? value) in Map(LanguageSchema.Root, null, false))
            schema[key] = value?.DeepClone();
        return SchemaSharing.Share(schema).ToJsonString(Options).ReplaceLineEndings("\n") + "\n";
    }

    private static JsonObject Type(SchemaType type, bool isPartial) => type switch
    {
        ScalarType scalar => Scalar(scalar),
        MapType map => Map(map, null, isPartial),
        DictionaryType dictionary => Dictionary(dictionary, isPartial),
        ListType list => new JsonObject { ["type"] = "array", ["items"] = Type(list.Item, false), ["minItems"] = list.Least },
        VariantType variant => Variant(variant, isPartial),
        ChoiceType choice => new JsonObject { ["anyOf"] = new JsonArray([.. choice.Options.Select(option => (JsonNode)Type(option, isPartial))]) },
        OverlayType overlay => Map(overlay.Target, null, true),
        SweepType => new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "array", ["minItems"] = 1 } },
        _ => [],
    };

    private static JsonObject Map(MapType map, (string Key, JsonObject Type)? also, bool isPartial)
    {
        JsonObject properties = [];
        JsonArray required = [];
        if (also is { } first)
        {
            properties[first.Key] = first.Type;
            if (!isPartial)
                required.Add(first.Key);
        }

        foreach (SchemaKey key in map.Keys.Where(key => key.Supported))
        {
            properties[key.Name] = Property(key, isPartial);
            if (key.Required && !isPartial)
                required.Add(key.Name);
        }

        JsonObject schema = new() { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        if (required.Count > 0)
            schema["required"] = required;
        return schema;
    }

    private static JsonObject Property(SchemaKey key, bool isPartial)
    {
        // A section of the file itself may leave to its conditions what it requires, and an overlay may remove any key.
        bool isVaried = LanguageSchema.VariedSections.Contains(key.Name) && ReferenceEquals(LanguageSchema.Root.Key(key.Name)?.Type, key.Type);
        JsonObject schema = Type(key.Type, isPartial || isVaried);
        if (!key.Required || isPartial)
            schema = new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
        schema["description"] = key.Doc;
        if (key.Default is { } text)
            schema["default"] = Default(text);
        return schema;
    }

    private static JsonNode Default(string text) =>
        Quantity.Integer(text, out long whole) is null ? whole : Quantity.Number(text, out double number) is null ? number : text is "true" or "false"
            ? text == "true" : text;

    private static JsonObject Dictionary(DictionaryType type, bool isPartial)
    {
        JsonObject value = Type(type.Value, isPartial);
        return new JsonObject
        {
            ["type"] = "object",
            ["propertyNames"] = type.Names.Kind == ScalarKind.Pattern ? Scalar(type.Names) : new JsonObject { ["type"] = "string" },
            ["additionalProperties"] = new JsonObject { ["anyOf"] = new JsonArray(value, new JsonObject { ["type"] = "null" }) },
        };
    }

    private static JsonObject Variant(VariantType type, bool isPartial)
    {
        JsonArray options =
            [.. type.Variants.Select(variant => (JsonNode)Map(variant.Map, (type.Discriminator, new JsonObject { ["enum"] = new JsonArray(variant.Word) }),
            isPartial))];
        if (type.Otherwise is { Keys.Count: > 0 } otherwise)
            options.Add(Map(otherwise, null, isPartial));
        return new JsonObject { ["anyOf"] = options };
    }

    private static JsonObject Scalar(ScalarType type) => type.Kind switch
    {
        ScalarKind.Integer => Range(type, "integer"),
        ScalarKind.Number => Range(type, "number"),
        ScalarKind.Boolean => new JsonObject { ["type"] = "boolean" },
        ScalarKind.Word => new JsonObject { ["enum"] = new JsonArray([.. type.Words.Select(word => (JsonNode)word)]) },
        ScalarKind.Pattern => Text($"^{Not(type.Refused)}(?:{type.Pattern})$"),
        ScalarKind.Duration => Text($"^{Quantified} ?(ns|us|µs|ms|s|m|h)$"),
        ScalarKind.Rate => Text($"^{Quantified} ?([kKMG]|[KMG]i)?(bps|Bps|bits?/s|bit|b/s|B/s)$"),
        ScalarKind.Size => Text($"^{Quantified} ?([kKMG]|[KMG]i)?[bB]$"),
        ScalarKind.RequestRate => Text($"^{Quantified} ?/(ns|us|µs|ms|s|m|h)$"),
        ScalarKind.Power => Text($"^{Quantified} ?[pnuµmkM]?W$"),
        ScalarKind.Energy => Text($"^{Quantified} ?[pnuµmkM]?J$"),
        ScalarKind.Price => Text($"^{Quantified} ?/(ns|us|µs|ms|s|m|h)$"),
        ScalarKind.Probability => new JsonObject
        {
            ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "number", ["minimum"] = 0, ["exclusiveMaximum"] = 1 }, Text($"^{Quantified} ?%$")),
        },
        ScalarKind.Bound => new JsonObject { ["type"] = new JsonArray("number", "string") },
        _ => new JsonObject { ["type"] = "string" },
    };

    /// <summary>A look ahead that refuses some words in any mixture of capitals and small letters.</summary>
    private static string Not(IReadOnlyList<string> words) => words.Count == 0 ? "" :
        $"(?!(?:{string.Join('|', words.Select(word => string.Concat(word.Select(InEitherCase))))})$)";

    private static string InEitherCase(char c) => char.IsAsciiLetter(c) ? $"[{char.ToUpperInvariant(c)}{c}]" : $"[{c}]";

    private static JsonObject Text(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    private static JsonObject Range(ScalarType type, string kind)
    {
        JsonObject schema = new() { ["type"] = kind };
        if (type.Minimum is { } least && Math.Abs(least) < 1e15)
            schema[type.Exclusive ? "exclusiveMinimum" : "minimum"] = least;
        if (type.Maximum is { } most && Math.Abs(most) < 1e15)
            schema["maximum"] = most;
        return schema;
    }
}
