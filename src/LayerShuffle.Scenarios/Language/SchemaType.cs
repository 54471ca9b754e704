namespace LayerShuffle.Scenarios.Language;

/// <summary>What a value of the language may look like. The validator and the JSON schema are both derived from these.</summary>
public abstract record SchemaType
{
    /// <summary>What is expected here, in a message.</summary>
    public abstract string Expected { get; }
}
