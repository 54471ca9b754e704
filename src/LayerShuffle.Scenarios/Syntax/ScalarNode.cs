namespace LayerShuffle.Scenarios.Syntax;

/// <summary>A single value, kept as the text that was written.</summary>
/// <param name="text">The text.</param>
/// <param name="isPlain">Whether it stood without quotation marks.</param>
/// <param name="location">Where it was written.</param>
/// <param name="path">Its key path there.</param>
public sealed class ScalarNode(string text, bool isPlain, SourceLocation location, string path) : ScenarioNode(location, path)
{
    /// <summary>The text.</summary>
    public string Text { get; } = text;

    /// <summary>Whether it stood without quotation marks.</summary>
    public bool IsPlain { get; } = isPlain;

    /// <inheritdoc/>
    public override long Size => 1;

    /// <inheritdoc/>
    public override bool IsNull => IsPlain && Text is ("" or "~" or "null" or "Null" or "NULL");

    /// <inheritdoc/>
    public override string Describe() => IsNull ? "nothing" : $"`{Text}`";
}
