using LayerShuffle.Core.Faults;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Which nodes a fault strikes.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="endpoints">The endpoints there are.</param>
internal sealed class NodeSelectorBinder(MistakeList mistakes, EndpointChecker endpoints)
{
    public NodeSelector Bind(MapNode map)
    {
        ScenarioNode? node = map.Get("nodes");
        if (node is MapNode selector)
            return Drawn(selector);
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

    private NodeSelector Drawn(MapNode selector)
    {
        ScenarioNode?[] draws = [selector.Get("random"), selector.Get("up_to"), selector.Get("random_domains")];
        ScenarioNode[] written = [.. draws.OfType<ScenarioNode>()];
        if (written.Length > 1)
            mistakes.Add(written[1], "`random`, `up_to` and `random_domains` exclude each other", "one of them");
        if (written.Length == 0 && selector.Get("domain") is null)
            mistakes.Add(selector, "a selector that selects nothing", "`random`, `up_to`, `domain` or `random_domains`");
        IReadOnlyList<string>? domains = selector.Get("domain") is { } domain ? endpoints.Domains(domain) : null;
        if (draws[2] is not null)
            endpoints.NeedsDomains(draws[2]!);
        int nodes = domains is null ? endpoints.NodeCount : endpoints.NodesOf(domains), racks = domains is null or ["all"] ? endpoints.DomainCount
            : domains.Count;
        (int? random, double? randomShare) = HowMany(selector, "random", nodes, "random nodes");
        (int? most, double? mostShare) = HowMany(selector, "up_to", nodes, "nodes");
        (int? some, double? someShare) = HowMany(selector, "random_domains", racks, "random domains");
        return new NodeSelector(null, false, random, randomShare)
        {
            Domains = domains,
            UpToCount = most,
            UpToShare = mostShare,
            RandomDomains = some,
            RandomDomainShare = someShare,
        };
    }

    private (int? Count, double? Share) HowMany(MapNode selector, string key, int all, string what)
    {
        if (selector.Get(key) is not { } node)
            return (null, null);
        if (Read.Integer(selector, key) is { } count)
        {
            if (count > all)
                mistakes.Add(node, $"{count} {what} of {all}", $"at most {all}");
            return (Math.Min(count, all), null);
        }

        double? share = Read.Probability(selector, key);
        if (share == 0)
            mistakes.Add(node, "a share of nothing strikes no node", "a share such as `25%`");
        return (null, share);
    }
}
