namespace LayerShuffle.Scenarios.Language;

/// <summary>A map whose keys depend on the word that one of them holds.</summary>
/// <param name="Discriminator">The key that holds the word.</param>
/// <param name="Variants">The map for each word; it does not list the discriminator.</param>
public sealed record VariantType(string Discriminator, IReadOnlyList<(string Word, MapType Map)> Variants) : SchemaType
{
    /// <summary>Words of the language that this version does not support yet.</summary>
    public IReadOnlyList<string> Unsupported { get; init; } = [];

    /// <summary>The map meant where the discriminator is missing and one of its keys is there; or null.</summary>
    public MapType? Otherwise { get; init; }

    /// <inheritdoc/>
    public override string Expected => $"a map with `{Discriminator}`: {string.Join(" | ", Variants.Select(variant => variant.Word))}";

    /// <summary>The map of a word, or null.</summary>
    public MapType? Variant(string word) => Variants.FirstOrDefault(variant => variant.Word == word).Map;
}
