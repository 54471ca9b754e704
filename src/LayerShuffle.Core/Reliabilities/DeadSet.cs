using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Core.Reliabilities;

/// <summary>A set of dead nodes and domains, and how likely it is.</summary>
/// <param name="Down">The names of what is dead by itself, in the order of the units.</param>
/// <param name="DeadNodes">By endpoint: whether it is dead, by itself or with a domain.</param>
/// <param name="Probability">How likely exactly this set is; of drawn sets, their share of the draws.</param>
public sealed record DeadSet(IReadOnlyList<string> Down, bool[] DeadNodes, double Probability)
{
    /// <summary>How many nodes are dead.</summary>
    public int NodesDown => DeadNodes.Count(dead => dead);

    /// <summary>
    /// The sets of a cluster: all 2ⁿ of the n units that may be dead, the one in which nothing is dead first; or, where these are too many, those that
    /// <see cref="ReliabilitySpec.Draws"/> draws come to, each once, in the order in which they first come.
    /// </summary>
    /// <param name="spec">How likely units are to be up.</param>
    /// <param name="topology">The endpoints and domains.</param>
    /// <param name="luck">Root of the trial's draws.</param>
    public static IReadOnlyList<DeadSet> Of(ReliabilitySpec spec, Topology topology, SeedTree luck)
    {
        ReliabilityUnit[] units = [.. spec.Uncertain];
        int[][] members = [.. units.Select(unit => unit.IsDomain ? topology.Domains.First(domain => domain.Name == unit.Name).Nodes
            : [topology.Index(unit.Name)])];
        if (spec.IsExact)
        {
            return [.. Enumerable.Range(0, 1 << units.Length).Select(bits => Make(units, members, topology.Count, unit => (bits >> unit & 1) == 1,
                units.Select((unit, i) => (bits >> i & 1) == 1 ? 1 - unit.Up : unit.Up).Aggregate(1.0, (product, factor) => product * factor)))];
        }

        SeedTree seed = luck.Child("reliability");
        SeedTree[] seeds = [.. units.Select(unit => seed.Child(unit.IsDomain ? "domain" : "node").Child(unit.Name))];
        var drawn = new OrderedDictionary<string, int>(StringComparer.Ordinal); // the set as 0s and 1s -> how often
        for (int draw = 0; draw < ReliabilitySpec.Draws; draw++)
        {
            int number = draw;
            string set = string.Concat(units.Select((unit, i) => seeds[i].Child(number).Uniform < unit.Up ? '0' : '1'));
            drawn[set] = drawn.GetValueOrDefault(set) + 1;
        }

        return [.. drawn.Select(set => Make(units, members, topology.Count, unit => set.Key[unit] == '1', set.Value / (double)ReliabilitySpec.Draws))];
    }

    private static DeadSet Make(ReliabilityUnit[] units, int[][] members, int endpoints, Func<int, bool> isDown, double probability)
    {
        var dead = new bool[endpoints];
        List<string> down = [];
        for (int unit = 0; unit < units.Length; unit++)
        {
            if (!isDown(unit))
                continue;
            down.Add(units[unit].Name);
            foreach (int node in members[unit])
                dead[node] = true;
        }

        return new(down, dead, probability);
    }

    /// <summary>For every layer the endpoint of its first copy that lives; -1 for a layer of which none does.</summary>
    public int[] Hosts(Placement placement) => [.. Enumerable.Range(0, placement.Layers)
        .Select(layer => placement.Copies(layer).FirstOrDefault(endpoint => !DeadNodes[endpoint], -1))];
}
