namespace LayerShuffle.Scenarios.Language;

/// <summary>A single value or a list of them, as a swept key would have it.</summary>
public sealed record AnyType : SchemaType
{
    /// <inheritdoc/>
    public override string Expected => "a value or a list of values";
}
