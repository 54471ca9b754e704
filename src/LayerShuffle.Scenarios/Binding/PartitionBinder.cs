using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Partitions.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="endpoints">The endpoints there are.</param>
internal sealed class PartitionBinder(MistakeList mistakes, EndpointChecker endpoints)
{
    private const string Shapes = "a list of groups, or one of `random_halves: true`, `isolate: NODE`, `bridge: NODE`";

    public PartitionFault Bind(string name, MapNode map, Duration at, Duration? healAfter)
    {
        PartitionFault fault = map.Get("groups") switch
        {
            SequenceNode list => Listed(new PartitionFault(name, at, [], healAfter), list),
            MapNode shape => Shaped(new PartitionFault(name, at, [], healAfter), shape),
            _ => new PartitionFault(name, at, [], healAfter),
        };
        PartitionDirection direction = Read.Text(map, "direction") switch
        {
            "in" => PartitionDirection.In,
            "out" => PartitionDirection.Out,
            _ => PartitionDirection.Both,
        };
        int groups = fault.Shape switch { PartitionShape.Listed => fault.Groups.Count, PartitionShape.Rest => fault.Groups.Count + 1, _ => 2 };
        if (direction != PartitionDirection.Both && groups > 2)
            mistakes.Add(map.Get("direction")!, $"one direction between {groups} groups", "two groups, or `both`");
        return fault with { Direction = direction };
    }

    private PartitionFault Listed(PartitionFault fault, SequenceNode list)
    {
        List<IReadOnlyList<string>> groups = [];
        HashSet<string> seen = [];
        bool hasRest = false;
        for (int i = 0; i < list.Items.Count; i++)
        {
            if (list.Items[i] is ScalarNode { Text: "rest" } rest)
            {
                hasRest = true;
                if (i < list.Items.Count - 1)
                    mistakes.Add(rest, "`rest` stands before another group", "`rest` as the last group");
                continue;
            }

            groups.Add(list.Items[i] is MapNode domain ? Members(domain, seen) : Members(list.Items[i], seen));
        }

        if (hasRest && seen.Count > endpoints.NodeCount)
            mistakes.Add(list, "the groups have every endpoint, and `rest` nobody", "a group less, or no `rest`");
        return fault with { Groups = groups, Shape = hasRest ? PartitionShape.Rest : PartitionShape.Listed };
    }

    private string[] Members(ScenarioNode group, HashSet<string> seen)
    {
        IReadOnlyList<ScalarNode> members = Read.Scalars(group);
        foreach (ScalarNode member in members)
        {
            endpoints.CheckEndpoint(member, mayBeAll: false);
            Once(member, member.Text, seen);
        }

        return [.. members.Select(member => member.Text)];
    }

    private string[] Members(MapNode group, HashSet<string> seen)
    {
        if (group.Get("domain") is not { } domain)
            return [];
        string[] members = [.. endpoints.MembersOf(endpoints.Domains(domain))];
        foreach (string member in members)
            Once(domain, member, seen);
        return members;
    }

    private void Once(ScenarioNode place, string member, HashSet<string> seen)
    {
        if (!seen.Add(member))
            mistakes.Add(place, $"`{member}` stands in the groups twice", "each endpoint in one group");
    }

    private PartitionFault Shaped(PartitionFault fault, MapNode shape)
    {
        if (shape.Entries.Count(entry => !entry.Value.IsNull) != 1)
        {
            mistakes.Add(shape, "partitions have one shape", Shapes);
            return fault;
        }

        if (shape.Get("random_halves") is { } halves)
        {
            if (Read.Boolean(shape, "random_halves") == false)
                mistakes.Add(halves, "groups that are none", Shapes);
            return fault with { Shape = PartitionShape.RandomHalves };
        }

        ScalarNode? node = (shape.Get("isolate") ?? shape.Get("bridge")) as ScalarNode;
        if (node is { Text: not "random" })
            endpoints.CheckNode(node.Location, node.Path, node.Text);
        PartitionShape kind = shape.Get("isolate") is not null ? PartitionShape.Isolate : PartitionShape.Bridge;
        if (kind == PartitionShape.Bridge && endpoints.NodeCount < 2)
            mistakes.Add(shape, "a bridge between one endpoint and none", "at least two nodes");
        return fault with { Shape = kind, Middle = node is null or { Text: "random" } ? null : node.Text };
    }
}
