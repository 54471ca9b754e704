namespace LayerShuffle.Scenarios.Language;

/// <summary>A map of known keys.</summary>
/// <param name="Noun">What such a map is called.</param>
/// <param name="Keys">Its keys, in the order in which they are documented and written.</param>
public sealed record MapType(string Noun, IReadOnlyList<SchemaKey> Keys) : SchemaType
{
    /// <inheritdoc/>
    public override string Expected => $"a map of {Noun}";

    /// <summary>The key of a name, or null.</summary>
    public SchemaKey? Key(string name)
    {
        foreach (SchemaKey key in Keys) // asked for every key of every sweep point
        {
            if (key.Name == name)
                return key;
        }

        return null;
    }
}
