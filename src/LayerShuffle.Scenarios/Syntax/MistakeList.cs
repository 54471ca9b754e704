namespace LayerShuffle.Scenarios.Syntax;

/// <summary>Collects mistakes, each place and message once.</summary>
public sealed class MistakeList
{
    private readonly List<Mistake> items = [];
    private readonly HashSet<(SourceLocation, string, string)> seen = [];

    /// <summary>What is added to a message to say which condition and policy it is about; empty for the file itself.</summary>
    public string Context { get; set; } = "";

    /// <summary>How many there are.</summary>
    public int Count => items.Count;

    /// <summary>All, in the order of the file; those of the command line come last.</summary>
    public IReadOnlyList<Mistake> Sorted => [.. items.OrderBy(item => item.Line == 0 ? 1 : 0).ThenBy(item => item.Line).ThenBy(item => item.Column)];

    /// <summary>Adds a mistake unless the same was said of the same place.</summary>
    /// <param name="location">Where.</param>
    /// <param name="path">The key's path.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="expected">What was expected; empty to say nothing.</param>
    /// <param name="meant">What may have been meant; null to say nothing.</param>
    public void Add(SourceLocation location, string path, string message, string expected = "", string? meant = null)
    {
        if (!seen.Add((location, path, message)))
            return;
        string hint = expected.Length == 0 ? "" : "expected " + expected;
        if (meant is not null)
            hint += (hint.Length == 0 ? "" : "; ") + $"did you mean `{meant}`?";
        items.Add(new Mistake(location.File, location.Line, location.Column, path, message + Context, hint));
    }

    /// <summary>Adds a mistake about a node.</summary>
    public void Add(ScenarioNode node, string message, string expected = "", string? meant = null) => Add(node.Location, node.Path, message, expected, meant);
}
