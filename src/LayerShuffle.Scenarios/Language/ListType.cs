namespace LayerShuffle.Scenarios.Language;

/// <summary>A list.</summary>
/// <param name="Noun">What its items are called.</param>
/// <param name="Item">What each item may be.</param>
/// <param name="Least">How many there must be.</param>
public sealed record ListType(string Noun, SchemaType Item, int Least = 0) : SchemaType
{
    /// <inheritdoc/>
    public override string Expected => $"a list of {Noun}";
}
