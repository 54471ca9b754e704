namespace LayerShuffle.Scenarios.Syntax;

/// <summary>A key of a map and its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="KeyLocation">Where the key was written.</param>
/// <param name="Value">The value.</param>
public sealed record MapEntry(string Key, SourceLocation KeyLocation, ScenarioNode Value);
