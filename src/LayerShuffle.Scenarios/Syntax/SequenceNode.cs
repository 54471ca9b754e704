namespace LayerShuffle.Scenarios.Syntax;

/// <summary>A list.</summary>
/// <param name="items">Its items.</param>
/// <param name="location">Where it was written.</param>
/// <param name="path">Its key path there.</param>
public sealed class SequenceNode(IReadOnlyList<ScenarioNode> items, SourceLocation location, string path) : ScenarioNode(location, path)
{
    /// <summary>Its items.</summary>
    public IReadOnlyList<ScenarioNode> Items { get; } = items;

    /// <inheritdoc/>
    public override long Size { get; } = 1 + items.Sum(item => item.Size);

    /// <inheritdoc/>
    public override string Describe() => "a list";
}
