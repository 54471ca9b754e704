using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Swarm.Drawing;

/// <summary>
/// The keys of the language by their paths, as the page of keys writes them (<c>faults.NAME.at</c>, <c>network.links[].loss</c>), and the words that they take
/// (<c>routing.on_failure=skip</c>): all that there are, and those that a scenario has.
/// </summary>
internal static class KeyWalk
{
    /// <summary>Every key and word that this version supports.</summary>
    public static IReadOnlySet<string> All { get; } = Of(LanguageSchema.Root);

    /// <summary>The keys and words of a valid scenario.</summary>
    public static IReadOnlySet<string> In(MapNode root)
    {
        SortedSet<string> found = new(StringComparer.Ordinal);
        Walk(root, LanguageSchema.Root, "", found);
        return found;
    }

    /// <summary>The map that a variant's discriminator, or the lack of it, means.</summary>
    public static MapType? Meant(VariantType variant, MapNode map) =>
        (map.Get(variant.Discriminator) as ScalarNode)?.Text is { } word ? variant.Variant(word) : variant.Otherwise;

    /// <summary>The option of a choice that a node is.</summary>
    public static IEnumerable<SchemaType> Options(SchemaType type, ScenarioNode node) => type is not ChoiceType choice ? [type]
        : choice.Options.SelectMany(option => Options(option, node)).Where(option => node switch
        {
            MapNode => option is MapType or DictionaryType or VariantType or OverlayType or SweepType,
            SequenceNode => option is ListType,
            _ => option is ScalarType or AnyType,
        });

    private static SortedSet<string> Of(MapType root)
    {
        SortedSet<string> found = new(StringComparer.Ordinal);
        Add(root, "", found);
        return found;
    }

    private static void Add(SchemaType type, string path, SortedSet<string> found)
    {
        switch (type)
        {
            case MapType map:
                Add(map, path, found);
                break;
            case VariantType variant:
                found.Add(Below(path, variant.Discriminator));
                foreach ((string word, MapType map) in variant.Variants)
                {
                    found.Add($"{Below(path, variant.Discriminator)}={word}");
                    Add(map, path, found);
                }

                if (variant.Otherwise is { } otherwise)
                    Add(otherwise, path, found);
                break;
            case DictionaryType dictionary:
                Add(dictionary.Value, path + ".NAME", found);
                break;
            case ListType list:
                Add(list.Item, path + "[]", found);
                break;
            case ChoiceType choice:
                foreach (SchemaType option in choice.Options)
                    Add(option, path, found);
                break;
            case ScalarType { Kind: ScalarKind.Word } scalar:
                found.UnionWith(scalar.Words.Select(word => $"{path}={word}"));
                break;
        }
    }

    private static void Add(MapType map, string path, SortedSet<string> found)
    {
        foreach (SchemaKey key in map.Keys.Where(key => key.Supported))
        {
            found.Add(Below(path, key.Name));
            Add(key.Type, Below(path, key.Name), found);
        }
    }

    private static void Walk(ScenarioNode node, SchemaType type, string path, SortedSet<string> found)
    {
        foreach (SchemaType option in Options(type, node))
        {
            switch (option, node)
            {
                case (MapType map, MapNode written):
                    Walk(written, map, path, found, null);
                    break;
                case (VariantType variant, MapNode written) when Meant(variant, written) is { } meant:
                    Walk(written, meant, path, found, variant.Discriminator);
                    break;
                case (DictionaryType dictionary, MapNode written):
                    foreach (MapEntry entry in written.Entries)
                        Walk(entry.Value, dictionary.Value, path + ".NAME", found);
                    break;
                case (ListType list, SequenceNode written):
                    foreach (ScenarioNode item in written.Items)
                        Walk(item, list.Item, path + "[]", found);
                    break;
                case (ScalarType { Kind: ScalarKind.Word } scalar, ScalarNode written) when scalar.Words.Contains(written.Text):
                    found.Add($"{path}={written.Text}");
                    break;
            }
        }
    }

    private static void Walk(MapNode written, MapType map, string path, SortedSet<string> found, string? discriminator)
    {
        foreach (MapEntry entry in written.Entries)
        {
            string below = Below(path, entry.Key);
            if (entry.Key == discriminator)
            {
                found.Add(below);
                found.Add($"{below}={(entry.Value as ScalarNode)?.Text}");
            }
            else if (map.Key(entry.Key) is { } key)
            {
                found.Add(below);
                Walk(entry.Value, key.Type, below, found);
            }
        }
    }

    private static string Below(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
