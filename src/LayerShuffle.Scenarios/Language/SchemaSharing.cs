using System.Text.Json.Nodes;

namespace LayerShuffle.Scenarios.Language;

/// <summary>Writes what a JSON schema says in several places once, under <c>$defs</c>: overlays repeat most of the language.</summary>
internal sealed class SchemaSharing
{
    private const int Least = 110; // characters: what is shorter is not worth a reference

    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> names = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, JsonNode> definitions = new(StringComparer.Ordinal);

    private SchemaSharing()
    {
    }

    /// <summary>The same schema with its repeated parts as references.</summary>
    public static JsonObject Share(JsonObject schema)
    {
        SchemaSharing sharing = new();
        sharing.Children(schema, "", (child, _) => sharing.Count(child));
        JsonObject shared = sharing.Rewritten(schema, "");
        JsonObject definitions = [];
        foreach ((string name, JsonNode definition) in sharing.definitions)
            definitions[name] = definition;
        shared["$defs"] = definitions;
        return shared;
    }

    /// <summary>Counts a part; what lies in one that was seen before is not counted again, since it is written once with it.</summary>
    private void Count(JsonObject schema)
    {
        string text = schema.ToJsonString();
        if (text.Length < Least)
            return;
        counts[text] = counts.GetValueOrDefault(text) + 1;
        if (counts[text] == 1)
            Children(schema, "", (child, _) => Count(child));
    }

    private JsonObject Rewritten(JsonObject schema, string hint)
    {
        JsonObject copy = (JsonObject)schema.DeepClone();
        List<(JsonObject Child, string Hint)> children = [];
        Children(copy, hint, (child, name) => children.Add((child, name)));
        foreach ((JsonObject child, string name) in children)
            child.ReplaceWith(Referenced(child, name));
        return copy;
    }

    private JsonNode Referenced(JsonObject schema, string hint)
    {
        string text = schema.ToJsonString();
        if (counts.GetValueOrDefault(text) < 2)
            return Rewritten(schema, hint);
        if (!names.TryGetValue(text, out string? name))
        {
            string word = hint.Length == 0 ? "part" : hint;
            name = word;
            for (int i = 2; names.ContainsValue(name); i++)
                name = $"{word}-{i}";
            names[text] = name;
            definitions[name] = Rewritten(schema, hint);
        }

        return new JsonObject { ["$ref"] = "#/$defs/" + name };
    }

    /// <summary>Calls back with every part that is a schema itself, and what it is called: the key that it describes.</summary>
    private void Children(JsonObject schema, string hint, Action<JsonObject, string> found)
    {
        foreach ((string key, JsonNode? value) in schema.ToList())
        {
            switch (key, value)
            {
                case ("properties", JsonObject properties):
                    foreach ((string name, JsonNode? property) in properties.ToList())
                        found((JsonObject)property!, name);
                    break;
                case ("anyOf", JsonArray options):
                    foreach (JsonNode? option in options.ToList())
                        found((JsonObject)option!, hint);
                    break;
                case ("items" or "additionalProperties" or "propertyNames", JsonObject part):
                    found(part, key == "propertyNames" ? "name" : hint);
                    break;
            }
        }
    }
}
