using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Core.Faults;

/// <summary>Draws the nodes that a fault strikes.</summary>
/// <param name="fault">Its name.</param>
/// <param name="topology">The endpoints.</param>
/// <param name="luck">The source of its draws, by their purpose.</param>
internal sealed class NodeDraw(string fault, Topology topology, Func<string, SeedTree> luck)
{
    /// <summary>The nodes, ascending.</summary>
    public int[] Nodes(NodeSelector selector)
    {
        if (selector.Names is { } names)
        {
            int[] named = [.. names.Select(topology.Index).Distinct().Order()];
            return named is [Topology.CoordinatorIndex, ..]
                ? throw new ArgumentException($"Fault '{fault}' names the coordinator, but only nodes crash, pause and slow down.")
                : named;
        }

        int[] pool = selector.Domains is null && !selector.IsByDomain ? [.. Enumerable.Range(1, topology.Count - 1)]
            : [.. Domains(selector).SelectMany(domain => domain.Nodes).Distinct().Order()];
        if (selector.All || selector.IsByDomain)
            return pool;
        int count = selector.UpToCount is not null || selector.UpToShare is not null
            ? (int)(luck("how many").Uniform * (1 + Most(selector.UpToCount, selector.UpToShare, pool.Length, "nodes")))
            : Most(selector.RandomCount, selector.RandomShare, pool.Length, "nodes");
        // Every node draws its own lot: those struck by a smaller number are among those struck by a greater one.
        SeedTree lots = luck("targets");
        return [.. pool.OrderBy(node => lots.Child(topology.Name(node)).Uniform).Take(count).Order()];
    }

    /// <summary>What fails as one: each node, or each domain.</summary>
    public IReadOnlyList<(string Name, int[] Nodes)> Units(NodeSelector selector) => selector.IsByDomain
        ? Domains(selector) : [.. Nodes(selector).Select(node => (topology.Name(node), (int[])[node]))];

    private IReadOnlyList<(string Name, int[] Nodes)> Domains(NodeSelector selector)
    {
        (string Name, int[] Nodes)[] pool = [.. selector.Domains is null or [Topology.All] ? topology.Domains : selector.Domains.Distinct().Select(Domain)];
        if (selector.RandomDomains is null && selector.RandomDomainShare is null)
            return pool;
        int count = Most(selector.RandomDomains, selector.RandomDomainShare, pool.Length, "domains");
        SeedTree lots = luck("domains");
        return [.. pool.Index().OrderBy(item => lots.Child(item.Item.Name).Uniform).Take(count).OrderBy(item => item.Index).Select(item => item.Item)];
    }

    private (string Name, int[] Nodes) Domain(string name) => topology.Domains.FirstOrDefault(domain => domain.Name == name) is { Name: not null } found
        ? found : throw new ArgumentException($"Fault '{fault}' names the failure domain '{name}', and there is none.");

    private int Most(int? number, double? share, int all, string what)
    {
        // Rounded up, but 7% of 100 are 7, though 0.07 × 100 is a little more than 7 in binary.
        int count = number ?? (int)Math.Ceiling((share ?? 0) * all - 1e-9);
        return count >= 0 && count <= all ? count : throw new ArgumentException($"Fault '{fault}' strikes {count} {what}, but there are {all}.");
    }
}
