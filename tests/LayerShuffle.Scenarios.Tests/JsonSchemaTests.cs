using System.Text.Json;
using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Syntax;
using LayerShuffle.Scenarios.Validation;

namespace LayerShuffle.Scenarios.Tests;

public class JsonSchemaTests
{
    [Fact]
    public void The_schema_is_JSON_and_lists_every_key_of_the_language()
    {
        using JsonDocument schema = JsonDocument.Parse(JsonSchemaWriter.Write());
        schema.RootElement.GetProperty("$schema").GetString().ShouldBe("https://json-schema.org/draft/2020-12/schema");
        HashSet<string> properties = [];
        Collect(schema.RootElement, properties);
        foreach (string key in Keys(LanguageSchema.Root, []))
            properties.ShouldContain(key);
    }

    [Fact]
    public void Defaults_of_the_language_are_valid_themselves()
    {
        foreach (SchemaKey key in AllKeys(LanguageSchema.Root).Where(key => key.Default is not null))
        {
            MistakeList mistakes = new();
            ScalarNode node = new(key.Default!, true, new SourceLocation("d", 1, 1), key.Name);
            new StructureValidator(mistakes, true).Check(node, key.Type, key.Name, node.Location);
            mistakes.Sorted.ShouldBeEmpty(string.Join("\n", mistakes.Sorted));
            key.Doc.ShouldNotBeEmpty();
        }
    }

    private static void Collect(JsonElement element, HashSet<string> into)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
                Collect(item, into);
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                if (property.Name == "properties")
                    into.UnionWith(property.Value.EnumerateObject().Select(key => key.Name));
                Collect(property.Value, into);
            }
        }
    }

    private static IEnumerable<string> Keys(SchemaType type, HashSet<string> seen) => AllKeys(type).Where(key => key.Supported).Select(key => key.Name)
        .Where(seen.Add);

    private static IEnumerable<SchemaKey> AllKeys(SchemaType type) => type switch
    {
        MapType map => map.Keys.SelectMany(key => AllKeys(key.Type).Prepend(key)),
        OverlayType overlay => AllKeys(overlay.Target),
        DictionaryType dictionary => AllKeys(dictionary.Value),
        ListType list => AllKeys(list.Item),
        VariantType variant => variant.Variants.SelectMany(item => AllKeys(item.Map)).Concat(variant.Otherwise is null ? [] : AllKeys(variant.Otherwise)),
        ChoiceType choice => choice.Options.SelectMany(AllKeys),
        _ => [],
    };
}
