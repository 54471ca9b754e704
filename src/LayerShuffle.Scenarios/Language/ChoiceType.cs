namespace LayerShuffle.Scenarios.Language;

/// <summary>One of several types: at most one of maps, at most one list, any number of single values.</summary>
/// <param name="Options">The types.</param>
public sealed record ChoiceType(IReadOnlyList<SchemaType> Options) : SchemaType
{
    /// <inheritdoc/>
    public override string Expected => string.Join(", or ", Options.OrderBy(option => option is ScalarType ? 0 : 1).Select(option => option.Expected));

    /// <summary>The option a map would be.</summary>
    public SchemaType? Map => Options.FirstOrDefault(option => option is MapType or DictionaryType or VariantType);

    /// <summary>The option a list would be.</summary>
    public ListType? List => Options.OfType<ListType>().FirstOrDefault();
}
