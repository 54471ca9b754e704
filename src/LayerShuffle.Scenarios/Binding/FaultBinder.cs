using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Faults.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="endpoints">The endpoints there are.</param>
/// <param name="network">Reads what a link fault sets.</param>
internal sealed class FaultBinder(MistakeList mistakes, EndpointChecker endpoints, NetworkBinder network)
{
    public IReadOnlyList<FaultSpec> Bind(MapNode? faults)
    {
        List<FaultSpec> bound = [];
        foreach (MapEntry entry in faults?.Entries ?? [])
        {
            if (entry.Value is MapNode map && Fault(entry.Key, map) is { } fault)
                bound.Add(Read.Text(map, "weights") == "lost" ? fault with { LosesWeights = true } : fault);
        }

        return bound;
    }

    private FaultSpec? Fault(string name, MapNode map)
    {
        Duration at = Read.Duration(map, "at") ?? default;
        return Read.Text(map, "kind") switch
        {
            "crash" => new CrashFault(name, at, Nodes(map), Read.Duration(map, "restart_after")),
            "slowdown" => new SlowdownFault(name, at, Nodes(map), Read.Number(map, "factor", 1), Read.Duration(map, "for")),
            "pause" => new PauseFault(name, at, Nodes(map), Read.Duration(map, "for")),
            "memory" => new MemoryFault(name, at, Nodes(map), Read.Integer(map, "flips", 1), NetworkBinder.Field(map)),
            "byzantine" => new ByzantineFault(name, at, Nodes(map), Answer(map), Read.Number(map, "strength", 1), Read.Duration(map, "for")),
            "partition" => new PartitionFault(name, at, Groups(map), Read.Duration(map, "heal_after")),
            "link" => Link(name, map, at),
            _ => null,
        };
    }

    private static ByzantineAnswer Answer(MapNode map) => Read.Text(map, "answer") switch
    {
        "zero" => ByzantineAnswer.Zero,
        "constant" => ByzantineAnswer.Constant,
        "stale" => ByzantineAnswer.Stale,
        "other_layer" => ByzantineAnswer.OtherLayer,
        _ => ByzantineAnswer.Noise,
    };

    private LinkFault Link(string name, MapNode map, Duration at)
    {
        IReadOnlyList<string> from = endpoints.Ends(map.Get("from")), to = endpoints.Ends(map.Get("to"));
        endpoints.CheckLink(map, from, to);
        if (map.Map("set") is { Entries.Count: 0 } empty)
            mistakes.Add(empty, "the fault changes nothing", NetworkBinder.Changeable);
        return new LinkFault(name, at, from, to, network.Patch(map.Map("set")), Read.Duration(map, "for"));
    }

    private NodeSelector Nodes(MapNode map)
    {
        ScenarioNode? node = map.Get("nodes");
        if (node is MapNode selector)
            return RandomNodes(selector);
        if (node is ScalarNode { Text: "all" })
            return new NodeSelector(null, true, null, null);
        IReadOnlyList<ScalarNode> names = Read.Scalars(node);
        HashSet<string> seen = [];
        foreach (ScalarNode name in names)
        {
            endpoints.CheckNode(name.Location, name.Path, name.Text);
            if (!seen.Add(name.Text))
                mistakes.Add(name, $"`{name.Text}` stands twice in the list", "each node once");
        }

        return new NodeSelector([.. names.Select(name => name.Text)], false, null, null);
    }

    private NodeSelector RandomNodes(MapNode selector)
    {
        if (Read.Integer(selector, "random") is { } count)
        {
            if (count > endpoints.NodeCount)
                mistakes.Add(selector.Get("random")!, $"{count} random nodes of {endpoints.NodeCount}", $"at most {endpoints.NodeCount}");
            return new NodeSelector(null, false, count, null);
        }

        double? share = Read.Probability(selector, "random");
        if (share == 0)
            mistakes.Add(selector.Get("random")!, "a share of nothing strikes no node", "a share such as `25%`");
        return new NodeSelector(null, false, null, share);
    }

    private List<IReadOnlyList<string>> Groups(MapNode map)
    {
        List<IReadOnlyList<string>> groups = [];
        HashSet<string> seen = [];
        foreach (SequenceNode group in (map.Get("groups") as SequenceNode)?.Items.OfType<SequenceNode>() ?? [])
        {
            IReadOnlyList<ScalarNode> members = Read.Scalars(group);
            foreach (ScalarNode member in members)
            {
                endpoints.CheckEndpoint(member, mayBeAll: false);
                if (!seen.Add(member.Text))
                    mistakes.Add(member, $"`{member.Text}` stands in the groups twice", "each endpoint in one group");
            }

            groups.Add([.. members.Select(member => member.Text)]);
        }

        return groups;
    }
}
