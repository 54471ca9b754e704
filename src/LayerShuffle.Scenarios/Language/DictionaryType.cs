namespace LayerShuffle.Scenarios.Language;

/// <summary>A map whose keys are names that the author chooses.</summary>
/// <param name="Noun">What a name stands for.</param>
/// <param name="Value">What each value may be.</param>
/// <param name="Names">What a name may look like.</param>
public sealed record DictionaryType(string Noun, SchemaType Value, ScalarType Names) : SchemaType
{
    /// <summary>Names that mean something else already.</summary>
    public IReadOnlyList<string> Reserved { get; init; } = [];

    /// <inheritdoc/>
    public override string Expected => $"a map from names of {Noun}s to their settings";
}
