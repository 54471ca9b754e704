using LayerShuffle.Network.Clusters;

namespace LayerShuffle.Network.Links;

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
    public Topology(IReadOnlyList<string> nodeNames)
    {
        names = [ClusterSpec.Coordinator, .. nodeNames];
        for (int i = 0; i < names.Length; i++)
            if (names[i] == All || !indexes.TryAdd(names[i], i))
                throw new ArgumentException($"A node cannot be called '{names[i]}': the name is taken.", nameof(nodeNames));
    }

    /// <summary>Number of endpoints, the coordinator included.</summary>
    public int Count => names.Length;

    /// <summary>The endpoints of a cluster.</summary>
    public static Topology Of(ClusterSpec cluster) => new([.. cluster.Nodes.Select(node => node.Name)]);

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
