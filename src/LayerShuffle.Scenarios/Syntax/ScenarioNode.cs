namespace LayerShuffle.Scenarios.Syntax;

/// <summary>A node of a scenario's tree, immutable, which remembers where it was written.</summary>
/// <param name="location">Where it was written.</param>
/// <param name="path">Its key path there, such as <c>conditions.loss-5.network.loss</c>.</param>
public abstract class ScenarioNode(SourceLocation location, string path)
{
    /// <summary>Where it was written.</summary>
    public SourceLocation Location { get; } = location;

    /// <summary>Its key path where it was written.</summary>
    public string Path { get; } = path;

    /// <summary>How many nodes it has with every alias written out.</summary>
    public abstract long Size { get; }

    /// <summary>Whether it says <c>null</c>, or nothing.</summary>
    public virtual bool IsNull => false;

    /// <summary>What it is, in a message.</summary>
    public abstract string Describe();
}
