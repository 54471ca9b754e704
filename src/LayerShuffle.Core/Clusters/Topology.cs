using System.Collections;

namespace LayerShuffle.Core.Clusters;

/// <summary>
/// The endpoints by number: 0 is the coordinator, node k of the scenario is k+1. Links are numbered from their ends.
/// </summary>
public sealed class Topology
{
    /// <summary>The endpoint index of the coordinator.</summary>
    public const int CoordinatorIndex = 0;

    /// <summary>Stands for every endpoint where endpoints are listed.</summary>
    public const string All = "all";

    private readonly string[] names;
    private readonly Dictionary<string, int> indexes = new(StringComparer.Ordinal);

    /// <summary>The coordinator and these nodes.</summary>
    /// <param name="nodeNames">The nodes, in the scenario's order.</param>
    /// <param name="domains">Failure domains, in the scenario's order; null for none.</param>
    public Topology(IReadOnlyList<string> nodeNames, IReadOnlyList<FailureDomain>? domains = null)
    {
        names = [ClusterSpec.Coordinator, .. nodeNames];
        for (int i = 0; i < names.Length; i++)
            if (names[i] == All || !indexes.TryAdd(names[i], i))
                throw new ArgumentException($"A node cannot be called '{names[i]}': the name is taken.", nameof(nodeNames));
        Domains = domains is null ? [] : [.. domains.Select(domain => (domain.Name, (int[])[.. domain.Nodes.Select(Index).Distinct().Order()]))];
    }

    /// <summary>Number of endpoints, the coordinator included.</summary>
    public int Count => names.Length;

    /// <summary>The failure domains and their nodes, ascending.</summary>
    public IReadOnlyList<(string Name, int[] Nodes)> Domains { get; }

    /// <summary>The endpoints of a cluster.</summary>
    public static Topology Of(ClusterSpec cluster) => new([.. cluster.Nodes.Select(node => node.Name)], cluster.Domains);

    /// <summary>The name of an endpoint.</summary>
    public string Name(int endpoint) => names[endpoint];

    /// <summary>The index of an endpoint.</summary>
    /// <exception cref="ArgumentException">There is no endpoint of that name.</exception>
    public int Index(string name) => indexes.TryGetValue(name, out int index) ? index
        : throw new ArgumentException($"There is no endpoint called '{name}'; there are {string.Join(", ", names)}.", nameof(name));

    /// <summary>The index of the directed link between two endpoints.</summary>
    public int LinkIndex(int from, int to) => from * names.Length + to;

    /// <summary>The ends of the directed link with an index.</summary>
    public (int From, int To) LinkEnds(int link) => Math.DivRem(link, names.Length);

    /// <summary>
    /// The directed links from some endpoints to others, ascending, where <c>all</c> is every endpoint and an endpoint has no link to itself.
    /// </summary>
    public LinkSet LinksBetween(IReadOnlyList<string> from, IReadOnlyList<string> to) => LinkSet.Between(Count, Expand(from), Expand(to));

    /// <summary>The directed links between different groups, ascending: what a partition cuts.</summary>
    public LinkSet LinksAcross(IReadOnlyList<IReadOnlyList<string>> groups) => LinkSet.Across(Count, groups.Select(Expand));

    private int[] Expand(IReadOnlyList<string> listed) =>
        listed.Contains(All) ? [.. Enumerable.Range(0, Count)] : [.. listed.Select(Index).Distinct().Order()];
}

/// <summary>
/// Some of the directed links, told by their ends: what a fault strikes. A thousand endpoints have a million links, so that it holds who is at their ends, and
/// lists links only for who asks.
/// </summary>
public sealed class LinkSet : IReadOnlyList<int>
{
    private const int NoGroup = -1, SeveralGroups = -2;
    private readonly int endpoints;
    private readonly Func<int, int, bool> holds; // of two different endpoints

    private LinkSet(int endpoints, Func<int, int, bool> holds) => (this.endpoints, this.holds) = (endpoints, holds);

    /// <summary>How many they are; counting takes as long as listing them.</summary>
    public int Count => this.Count<int>();

    /// <summary>One of them; finding it takes as long as listing those before it.</summary>
    public int this[int index] => this.ElementAt<int>(index);

    /// <summary>Whether a link is one of them. An endpoint has no link to itself.</summary>
    public bool Contains(int from, int to) => from != to && holds(from, to);

    /// <summary>The links, ascending by <see cref="Topology.LinkIndex"/>.</summary>
    public IEnumerator<int> GetEnumerator()
    {
        for (int from = 0; from < endpoints; from++)
            for (int to = 0; to < endpoints; to++)
                if (Contains(from, to))
                    yield return from * endpoints + to;
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>From any of some endpoints to any of others.</summary>
    internal static LinkSet Between(int endpoints, IEnumerable<int> from, IEnumerable<int> to)
    {
        BitArray sources = new(endpoints), sinks = new(endpoints);
        foreach (int source in from)
            sources[source] = true;
        foreach (int sink in to)
            sinks[sink] = true;
        return new(endpoints, (source, sink) => sources[source] && sinks[sink]);
    }

    /// <summary>Between members of different groups.</summary>
    internal static LinkSet Across(int endpoints, IEnumerable<IEnumerable<int>> groups)
    {
        int[] groupOf = new int[endpoints];
        Array.Fill(groupOf, NoGroup);
        int number = 0;
        foreach (IEnumerable<int> group in groups)
        {
            foreach (int member in group)
                groupOf[member] = groupOf[member] == NoGroup || groupOf[member] == number ? number : SeveralGroups;
            number++;
        }

        return new(endpoints, (from, to) => groupOf[from] != NoGroup && groupOf[to] != NoGroup
            && (groupOf[from] != groupOf[to] || groupOf[from] == SeveralGroups));
    }

    /// <summary>Listed ones.</summary>
    internal static LinkSet Of(int endpoints, IReadOnlyList<int> links)
    {
        if (links is LinkSet set)
            return set;
        HashSet<int> listed = [.. links]; // membership only
        return new(endpoints, (from, to) => listed.Contains(from * endpoints + to));
    }
}
