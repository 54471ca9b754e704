using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Reliabilities;
using LayerShuffle.Core.Routing;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>How likely nodes and domains are to be up.</summary>
/// <param name="mistakes">Where mistakes go.</param>
internal sealed class ReliabilityBinder(MistakeList mistakes)
{
    private const string EveryNode = "node", Domain = "domain";

    /// <summary>Reads the section; null where it is not there.</summary>
    public ReliabilitySpec? Bind(MapNode? map, IReadOnlyList<NodeSpec> nodes, IReadOnlyList<FailureDomain> domains, RoutingSpec routing)
    {
        if (map is null)
            return null;
        if (map.Entries.All(entry => entry.Value.IsNull))
            mistakes.Add(map, "nothing is said of any node", "probabilities of being up, such as `reliability: {node: 0.95}`");
        if (routing.Order == OrderKind.Opportunistic)
            mistakes.Add(map, "orders that are chosen on the way go by when layers answer, and here no time passes", "another `routing.order`");
        if (routing.Parallel > 1 || routing.Redundancy is { Paths: > 1 })
            mistakes.Add(map, "sets of dead nodes are weighed for one journey, layer after layer", "no `routing.parallel` and no `routing.redundancy`");
        Names(map, nodes);
        EndpointChecker endpoints = new(mistakes, nodes, domains);
        List<ReliabilityUnit> units = [];
        if (map.Get(Domain) is MapNode named)
        {
            foreach (MapEntry entry in named.Entries.Where(entry => !entry.Value.IsNull))
                endpoints.Domains(new ScalarNode(entry.Key, true, entry.KeyLocation, $"{map.Path}.{Domain}.{entry.Key}"));
            units.AddRange(domains.Where(domain => named.Get(domain.Name) is { IsNull: false })
                .Select(domain => new ReliabilityUnit(domain.Name, true, Read.Probability(named, domain.Name) ?? 1)));
        }
        else if (map.Get(Domain) is ScalarNode { IsNull: false } every && endpoints.NeedsDomains(every))
        {
            units.AddRange(domains.Select(domain => new ReliabilityUnit(domain.Name, true, Read.Probability(every) ?? 1)));
        }

        foreach (NodeSpec node in nodes)
        {
            if (Read.Probability(map.Get(node.Name) as ScalarNode ?? map.Get(EveryNode) as ScalarNode) is { } up)
                units.Add(new ReliabilityUnit(node.Name, false, up));
        }

        return new(units);
    }

    /// <summary>Names that are nobody's, and probabilities where there must be one.</summary>
    private void Names(MapNode map, IReadOnlyList<NodeSpec> nodes)
    {
        HashSet<string> known = [.. nodes.Select(node => node.Name)];
        foreach (MapEntry entry in map.Entries.Where(entry => !entry.Value.IsNull && entry.Key != Domain))
        {
            if (entry.Value is MapNode)
                mistakes.Add(entry.Value, $"a map where the probability that `{entry.Key}` is up belongs", "a probability such as `0.95`");
            if (entry.Key != EveryNode && !known.Contains(entry.Key))
                mistakes.Add(entry.KeyLocation, entry.Value.Path, $"there is no node `{entry.Key}`",
                    $"`{EveryNode}` for every node, `{Domain}`, or a node: {string.Join(", ", known.Take(8))}{(known.Count > 8 ? ", …" : "")}",
                    NearestName.Find(entry.Key, [EveryNode, Domain, .. known]));
        }
    }
}
