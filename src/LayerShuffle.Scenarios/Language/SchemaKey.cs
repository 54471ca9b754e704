namespace LayerShuffle.Scenarios.Language;

/// <summary>A key of a map.</summary>
/// <param name="Name">The key.</param>
/// <param name="Type">What its value may be.</param>
/// <param name="Doc">What it means, in a sentence.</param>
/// <param name="Default">Its default as it would be written, or null for none.</param>
/// <param name="Required">Whether it must be given.</param>
/// <param name="Supported">Whether this version does what it asks for.</param>
public sealed record SchemaKey(string Name, SchemaType Type, string Doc, string? Default = null, bool Required = false, bool Supported = true);
