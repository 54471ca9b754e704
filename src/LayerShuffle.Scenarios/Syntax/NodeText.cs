namespace LayerShuffle.Scenarios.Syntax;

/// <summary>Nodes on one line, as text.</summary>
public static class NodeText
{
    /// <summary>A scalar as written, a list as <c>[a,b]</c>, a map as <c>{k:v}</c>.</summary>
    public static string Of(ScenarioNode node) => node switch
    {
        ScalarNode scalar => scalar.IsNull ? "null" : scalar.Text,
        SequenceNode list => $"[{string.Join(",", list.Items.Select(Of))}]",
        MapNode map => $"{{{string.Join(",", map.Entries.Select(entry => $"{entry.Key}:{Of(entry.Value)}"))}}}",
        _ => "",
    };

    /// <summary>A nested map that sets one dotted path.</summary>
    public static MapNode Nested(string path, SourceLocation keyLocation, ScenarioNode value)
    {
        string[] parts = path.Split('.');
        ScenarioNode node = value;
        for (int i = parts.Length - 1; i >= 0; i--)
            node = new MapNode([new MapEntry(parts[i], keyLocation, node)], keyLocation, string.Join('.', parts[..i]));
        return (MapNode)node;
    }
}
