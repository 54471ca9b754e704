namespace LayerShuffle.Scenarios.Language;

/// <summary>Finds what the language says of a dotted key path such as <c>network.latency.mean</c>.</summary>
public static class KeyPathResolver
{
    /// <summary>The types a path can have (several where a map's keys depend on a word in it); empty for an unknown path.</summary>
    public static IReadOnlyList<SchemaType> Resolve(string path) => Walk(path, out _, out _);

    /// <summary>The types a path can have, and where it went wrong.</summary>
    /// <param name="path">The dotted path.</param>
    /// <param name="unknown">The first part that is not a key, or null.</param>
    /// <param name="known">The keys known at that place.</param>
    public static IReadOnlyList<SchemaType> Walk(string path, out string? unknown, out IReadOnlyList<string> known)
    {
        List<SchemaType> types = [LanguageSchema.Root];
        unknown = null;
        known = [];
        foreach (string part in path.Split('.'))
        {
            List<SchemaType> next = [.. types.SelectMany(type => Children(type, part))];
            if (next.Count == 0)
            {
                unknown = part;
                known = [.. types.SelectMany(KeysOf).Distinct()];
                return [];
            }

            types = next;
        }

        return types;
    }

    /// <summary>The fixed keys that a value of a type can have.</summary>
    public static IEnumerable<string> KeysOf(SchemaType type) => type switch
    {
        MapType map => map.Keys.Select(key => key.Name),
        OverlayType overlay => KeysOf(overlay.Target),
        VariantType variant => variant.Variants.SelectMany(item => KeysOf(item.Map)).Concat(variant.Otherwise is null ? [] : KeysOf(variant.Otherwise))
            .Prepend(variant.Discriminator).Distinct(),
        ChoiceType choice => choice.Options.SelectMany(KeysOf),
        _ => [],
    };

    private static IEnumerable<SchemaType> Children(SchemaType type, string part) => type switch
    {
        MapType map => map.Keys.Where(key => key.Name == part).Select(key => key.Type),
        OverlayType overlay => Children(overlay.Target, part),
        DictionaryType dictionary => [dictionary.Value],
        VariantType variant when part == variant.Discriminator => [new ScalarType(ScalarKind.Word) { Words = [.. variant.Variants.Select(item => item.Word)] }],
        VariantType variant => variant.Variants.SelectMany(item => Children(item.Map, part))
            .Concat(variant.Otherwise is null ? [] : Children(variant.Otherwise, part)).Distinct(),
        ChoiceType choice => choice.Options.SelectMany(option => Children(option, part)),
        _ => [],
    };
}
