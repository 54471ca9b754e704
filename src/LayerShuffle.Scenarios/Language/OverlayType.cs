namespace LayerShuffle.Scenarios.Language;

/// <summary>A partial map, merged over another: any of its keys, null to remove.</summary>
/// <param name="Noun">What it is called.</param>
/// <param name="Target">What it is merged over.</param>
public sealed record OverlayType(string Noun, MapType Target) : SchemaType
{
    /// <inheritdoc/>
    public override string Expected => $"a map of {Noun}";
}
