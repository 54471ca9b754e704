using System.Globalization;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Swarm.Trees;

/// <summary>A place in a scenario's tree: keys, and indexes of list items, from the root on. Trees are immutable; a change makes another.</summary>
internal static class TreePath
{
    /// <summary>Where nodes are that nobody wrote.</summary>
    public static SourceLocation Nowhere { get; } = new("swarm", 0, 0);

    /// <summary>A single value as it is written.</summary>
    public static ScalarNode Scalar(string text) => new(text, true, Nowhere, "");

    /// <summary>A list.</summary>
    public static SequenceNode List(IEnumerable<ScenarioNode> items) => new([.. items], Nowhere, "");

    /// <summary>A map.</summary>
    public static MapNode Map(IEnumerable<(string Key, ScenarioNode Value)> entries) =>
        new([.. entries.Select(entry => new MapEntry(entry.Key, Nowhere, entry.Value))], Nowhere, "");

    /// <summary>The steps of a path as messages write it: <c>network.links[0].loss</c>.</summary>
    public static IReadOnlyList<object> Parse(string path)
    {
        List<object> steps = [];
        foreach (string part in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pieces = part.Split('[');
            if (pieces[0].Length > 0)
                steps.Add(pieces[0]);
            steps.AddRange(pieces.Skip(1).Where(piece => int.TryParse(piece.TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .Select(piece => (object)int.Parse(piece.TrimEnd(']'), CultureInfo.InvariantCulture)));
        }

        return steps;
    }

    /// <summary>What is there; null where nothing is.</summary>
    public static ScenarioNode? At(ScenarioNode root, IReadOnlyList<object> steps)
    {
        ScenarioNode? node = root;
        foreach (object step in steps)
        {
            node = (node, step) switch
            {
                (MapNode map, string key) => map.Entry(key)?.Value,
                (SequenceNode list, int index) when index < list.Items.Count => list.Items[index],
                _ => null,
            };
            if (node is null)
                return null;
        }

        return node;
    }

    /// <summary>The tree with another node in a place; null takes the place away.</summary>
    public static ScenarioNode With(ScenarioNode root, IReadOnlyList<object> steps, ScenarioNode? value) => With(root, steps, 0, value);

    private static ScenarioNode With(ScenarioNode node, IReadOnlyList<object> steps, int at, ScenarioNode? value)
    {
        bool last = at == steps.Count - 1;
        switch (node, steps[at])
        {
            case (MapNode map, string key) when map.Entry(key) is { } entry:
                if (last && value is null)
                    return map.Only(other => other.Key != key);
                return map.With(entry with { Value = last ? value! : With(entry.Value, steps, at + 1, value) });
            case (SequenceNode list, int index) when index < list.Items.Count:
                List<ScenarioNode> items = [.. list.Items];
                if (last && value is null)
                    items.RemoveAt(index);
                else
                    items[index] = last ? value! : With(items[index], steps, at + 1, value);
                return new SequenceNode(items, list.Location, list.Path);
            default:
                return node;
        }
    }
}
