using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Core.Faults;

/// <summary>Makes the groups of a partition, and says which links it cuts.</summary>
/// <param name="topology">The endpoints.</param>
/// <param name="luck">The source of its draws.</param>
internal sealed class PartitionGroups(Topology topology, SeedTree luck)
{
    /// <summary>The groups and the links between them that are down.</summary>
    public (IReadOnlyList<IReadOnlyList<string>> Groups, LinkSet Links) Of(PartitionFault fault)
    {
        IReadOnlyList<IReadOnlyList<string>> groups = fault.Shape switch
        {
            PartitionShape.Listed => fault.Groups,
            PartitionShape.Rest => [.. fault.Groups, Without(fault.Groups.SelectMany(group => group))],
            PartitionShape.RandomHalves => Halves(Without([])),
            PartitionShape.Isolate => Isolated(fault.Middle ?? Drawn()),
            PartitionShape.Bridge => Halves(Without([fault.Middle ?? Drawn()])),
            _ => throw new ArgumentException($"Fault '{fault.Name}' has groups of an unknown shape.", nameof(fault)),
        };
        if (fault.Direction == PartitionDirection.Both)
            return (groups, topology.LinksAcross(groups));
        string[] others = [.. groups.Skip(1).SelectMany(group => group)];
        return (groups, fault.Direction == PartitionDirection.In ? topology.LinksBetween(others, groups[0]) : topology.LinksBetween(groups[0], others));
    }

    private IReadOnlyList<IReadOnlyList<string>> Isolated(string alone) => [[alone], Without([alone])];

    private string[] Without(IEnumerable<string> left)
    {
        HashSet<string> without = [.. left]; // membership only
        return [.. Enumerable.Range(0, topology.Count).Select(topology.Name).Where(name => !without.Contains(name))];
    }

    private string Drawn() => topology.Name(1 + luck.Child("middle").Stream().Next(topology.Count - 1));

    /// <summary>Every split into halves is equally likely; of an odd number the second half has one more.</summary>
    private IReadOnlyList<IReadOnlyList<string>> Halves(string[] endpoints)
    {
        int[] order = luck.Child("halves").Stream().Permutation(endpoints.Length);
        int half = endpoints.Length / 2;
        return [[.. order.Take(half).Order().Select(i => endpoints[i])], [.. order.Skip(half).Order().Select(i => endpoints[i])]];
    }
}
