using System.Globalization;
using System.Text.RegularExpressions;
using LayerShuffle.Scenarios.Syntax;
using LayerShuffle.Swarm.Trees;

namespace LayerShuffle.Swarm.Shrinking;

/// <summary>
/// Makes a scenario that fails as small as it can while it still fails: takes away keys and items of lists, many at once and then one by one (Zeller and
/// Hildebrandt's ddmin), puts what lies in a map in the map's place, and makes numbers smaller, until nothing more can be taken away.
/// </summary>
/// <param name="stillFails">Whether a scenario fails as the first one did; one that is not valid does not.</param>
/// <param name="most">How many scenarios are tried at most.</param>
internal sealed partial class Shrinker(Func<MapNode, bool> stillFails, int most = 3000)
{
    private readonly HashSet<string> tried = new(StringComparer.Ordinal);

    /// <summary>How many were tried.</summary>
    public int Tried { get; private set; }

    /// <summary>The smallest that was found.</summary>
    public MapNode Shrink(MapNode root)
    {
        tried.Add(YamlWriter.Write(root));
        string before;
        do
        {
            before = YamlWriter.Write(root);
            root = Numbers(Hoisted(Fewer(root)));
        }
        while (YamlWriter.Write(root) != before && Tried < most);
        return root;
    }

    private bool Fails(MapNode candidate)
    {
        if (Tried >= most || !tried.Add(YamlWriter.Write(candidate)))
            return false;
        Tried++;
        return stillFails(candidate);
    }

    /// <summary>Takes children away from every map and list, the outer ones first.</summary>
    private MapNode Fewer(MapNode root)
    {
        foreach (IReadOnlyList<object> place in Places(root).OrderBy(place => place.Count).ToList())
        {
            if (TreePath.At(root, place) is MapNode or SequenceNode)
                root = Fewer(root, place);
        }

        return root;
    }

    private MapNode Fewer(MapNode root, IReadOnlyList<object> place)
    {
        for (int parts = 2; Count(root) > 0;)
        {
            int count = Count(root), size = Math.Max(1, count / parts);
            bool taken = false;
            for (int from = 0; from < Count(root);)
            {
                MapNode candidate = Without(root, place, from, Math.Min(size, Count(root) - from));
                if (Fails(candidate))
                    (root, taken) = (candidate, true);
                else
                    from += size;
            }

            if (size == 1 && !taken)
                break;
            parts = size == 1 ? parts : parts * 2;
        }

        return root;

        int Count(MapNode tree) => TreePath.At(tree, place) switch { MapNode map => map.Entries.Count, SequenceNode list => list.Items.Count, _ => 0 };
    }

    private static MapNode Without(MapNode root, IReadOnlyList<object> place, int from, int count)
    {
        ScenarioNode fewer = TreePath.At(root, place) switch
        {
            MapNode map => new MapNode([.. map.Entries.Where((_, i) => i < from || i >= from + count)], map.Location, map.Path),
            SequenceNode list => new SequenceNode([.. list.Items.Where((_, i) => i < from || i >= from + count)], list.Location, list.Path),
            _ => throw new InvalidOperationException("Only maps and lists have anything to take away."),
        };
        return place.Count == 0 ? (MapNode)fewer : (MapNode)TreePath.With(root, place, fewer);
    }

    /// <summary>Puts what lies in a map in its place: a mean for a distribution.</summary>
    private MapNode Hoisted(MapNode root)
    {
        foreach (IReadOnlyList<object> place in Places(root).Where(place => place.Count > 0).ToList())
        {
            IEnumerable<ScenarioNode> children = TreePath.At(root, place) switch
            {
                MapNode map => map.Entries.Select(entry => entry.Value),
                SequenceNode { Items.Count: 1 } list => list.Items,
                _ => [],
            };
            foreach (ScenarioNode child in children.ToList())
            {
                var candidate = (MapNode)TreePath.With(root, place, child);
                if (Fails(candidate))
                {
                    root = candidate;
                    break;
                }
            }
        }

        return root;
    }

    private MapNode Numbers(MapNode root)
    {
        foreach (IReadOnlyList<object> place in Places(root).ToList())
        {
            while (TreePath.At(root, place) is ScalarNode scalar && Smaller(scalar.Text)
                .Select(text => (MapNode)TreePath.With(root, place, TreePath.Scalar(text))).FirstOrDefault(Fails) is { } smaller)
                root = smaller;
        }

        return root;
    }

    /// <summary>Simpler values to try in turn: nothing, one, half, and without decimals.</summary>
    private static IEnumerable<string> Smaller(string text)
    {
        Match match = Number().Match(text);
        if (!match.Success)
            yield break;
        string unit = match.Groups["unit"].Value;
        decimal number = decimal.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture), half = Math.Floor(number / 2);
        foreach (decimal simpler in new[] { 0, 1, 10, half, Math.Floor(number) }.Distinct().Where(simpler => simpler < number))
            yield return simpler.ToString(CultureInfo.InvariantCulture) + unit;
    }

    private static IEnumerable<IReadOnlyList<object>> Places(MapNode root)
    {
        var waiting = new Queue<IReadOnlyList<object>>([[]]);
        while (waiting.TryDequeue(out IReadOnlyList<object>? place))
        {
            yield return place;
            switch (TreePath.At(root, place))
            {
                case MapNode map:
                    foreach (MapEntry entry in map.Entries)
                        waiting.Enqueue([.. place, entry.Key]);
                    break;
                case SequenceNode list:
                    for (int i = 0; i < list.Items.Count; i++)
                        waiting.Enqueue([.. place, i]);
                    break;
            }
        }
    }

    [GeneratedRegex(@"^(?<number>[0-9]+(?:\.[0-9]+)?)(?<unit>[A-Za-z%/]*)\z")]
    private static partial Regex Number();
}
