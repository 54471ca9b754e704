namespace LayerShuffle.Scenarios.Language;

/// <summary>A map from dotted key paths to lists of the values they take.</summary>
public sealed record SweepType : SchemaType
{
    /// <inheritdoc/>
    public override string Expected => "a map from key paths such as `network.loss` to lists of values";
}
