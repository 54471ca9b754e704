using LayerShuffle.Core.Clusters;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Knows the endpoints of a variant and says which names are none.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="nodes">The nodes.</param>
/// <param name="domains">The failure domains; null for none.</param>
internal sealed class EndpointChecker(MistakeList mistakes, IReadOnlyList<NodeSpec> nodes, IReadOnlyList<FailureDomain>? domains = null)
{
    private const int MostSearched = 100;

    private readonly HashSet<string> names = [.. nodes.Select(node => node.Name)];

    public int NodeCount => names.Count;

    public int DomainCount => domains?.Count ?? 0;

    public bool IsNode(string name) => names.Contains(name);

    /// <summary>The endpoints, or all, at one end of links.</summary>
    public IReadOnlyList<string> Ends(ScenarioNode? node)
    {
        if (node is MapNode selector)
            return selector.Get("domain") is { } domain ? [.. MembersOf(Domains(domain))] : [];
        IReadOnlyList<ScalarNode> ends = Read.Scalars(node);
        foreach (ScalarNode end in ends)
            CheckEndpoint(end, mayBeAll: true);
        return [.. ends.Select(end => end.Text).Distinct()];
    }

    public void CheckEndpoint(ScalarNode end, bool mayBeAll)
    {
        if (names.Contains(end.Text) || end.Text == ClusterSpec.Coordinator || (mayBeAll && end.Text == "all") || !IsName(end))
            return;
        mistakes.Add(end, $"there is no endpoint `{end.Text}`", Known(ClusterSpec.Coordinator), Near(end.Text, names.Append(ClusterSpec.Coordinator)));
    }

    public void CheckNode(SourceLocation location, string path, string name)
    {
        if (names.Contains(name))
            return;
        string message = name == ClusterSpec.Coordinator ? "the coordinator is not a node" : $"there is no node `{name}`";
        mistakes.Add(location, path, message, Known(null), Near(name, names));
    }

    /// <summary>The failure domains that are named: <c>all</c> stands alone.</summary>
    public IReadOnlyList<string> Domains(ScenarioNode node)
    {
        IReadOnlyList<ScalarNode> named = Read.Scalars(node);
        if (named is [{ Text: Topology.All }])
            return NeedsDomains(node) ? [Topology.All] : [];
        foreach (ScalarNode name in named.Where(name => domains?.Any(domain => domain.Name == name.Text) != true && NeedsDomains(name)))
            mistakes.Add(name, $"there is no failure domain `{name.Text}`", "one of " + string.Join(", ", domains!.Select(domain => domain.Name)),
                Near(name.Text, domains!.Select(domain => domain.Name)));
        return [.. named.Select(name => name.Text).Where(name => domains?.Any(domain => domain.Name == name) == true).Distinct()];
    }

    /// <summary>Whether there are failure domains, which is said where there are none.</summary>
    public bool NeedsDomains(ScenarioNode place)
    {
        if (DomainCount > 0)
            return true;
        mistakes.Add(place, "the cluster has no failure domains", "`cluster.domains`, such as `{rack-1: [node-1, node-2]}`");
        return false;
    }

    /// <summary>The nodes of some failure domains, each once, in the cluster's order.</summary>
    public IEnumerable<string> MembersOf(IReadOnlyList<string> named)
    {
        HashSet<string> members = [.. (domains ?? []).Where(domain => named is [Topology.All] || named.Contains(domain.Name))
            .SelectMany(domain => domain.Nodes)];
        return nodes.Select(node => node.Name).Where(members.Contains);
    }

    public int NodesOf(IReadOnlyList<string> named) => MembersOf(named).Count();

    public void CheckLink(MapNode link, IReadOnlyList<string> from, IReadOnlyList<string> to)
    {
        if (from.Count == 1 && to.Count == 1 && from[0] == to[0] && from[0] != "all")
            mistakes.Add(link.Get("to")!, $"a link from `{from[0]}` to itself", "two different endpoints");
    }

    /// <summary>What may have been meant; not looked for any more where a file is full of wrong names.</summary>
    private string? Near(string name, IEnumerable<string> known) => mistakes.Count < MostSearched ? NearestName.Find(name, known) : null;

    private static bool IsName(ScalarNode node) => node.Text.Length is > 0 and <= 64
        && node.Text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private string Known(string? also)
    {
        string listed = names.Count <= 8 ? string.Join(", ", names) : $"{nodes[0].Name} … {nodes[^1].Name}";
        return "one of " + listed + (also is null ? "" : ", " + also);
    }
}
