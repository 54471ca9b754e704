using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Faults;

/// <summary>A fault beginning or ending.</summary>
/// <param name="At">When.</param>
/// <param name="Fault">Which fault.</param>
/// <param name="Begins">Whether it begins; else it ends.</param>
/// <param name="Targets">What it strikes, ascending: endpoint indexes for a crash, pause or slowdown, link indexes for a partition (the links it cuts) or a
/// link
/// fault. The same at its end.</param>
public sealed record FaultEvent(Instant At, FaultSpec Fault, bool Begins, IReadOnlyList<int> Targets);

/// <summary>Turns the faults of a scenario into dated events with drawn targets.</summary>
public static class FaultTimeline
{
    /// <summary>The events of a trial, by time, then by the order of the scenario, a fault's beginning before its end.</summary>
    /// <param name="faults">The faults, in the scenario's order.</param>
    /// <param name="topology">The endpoints.</param>
    /// <param name="trialSeed">The node (seed, repeat) of the seed tree.</param>
    public static IReadOnlyList<FaultEvent> Build(IReadOnlyList<FaultSpec> faults, Topology topology, SeedTree trialSeed)
    {
        List<FaultEvent> events = [];
        foreach (FaultSpec fault in faults)
        {
            IReadOnlyList<int> targets = Targets(fault, topology, trialSeed);
            Instant begin = Instant.Zero + fault.At;
            events.Add(new(begin, fault, true, targets));
            if (Lasting(fault) is { } lasting)
                events.Add(new(begin + lasting, fault, false, targets));
        }
        return [.. events.OrderBy(item => item.At)]; // a stable sort: the order of adding decides between events of one instant
    }

    private static Duration? Lasting(FaultSpec fault) => fault switch
    {
        CrashFault crash => crash.RestartAfter,
        PartitionFault partition => partition.HealAfter,
        SlowdownFault slowdown => slowdown.For,
        LinkFault link => link.For,
        PauseFault pause => pause.For,
        ByzantineFault byzantine => byzantine.For,
        MemoryFault => null,
        _ => throw new ArgumentException($"Fault '{fault.Name}' is of a kind that the timeline does not know: {fault.GetType().Name}.", nameof(fault)),
    };

    private static IReadOnlyList<int> Targets(FaultSpec fault, Topology topology, SeedTree trialSeed) => fault switch
    {
        CrashFault crash => Nodes(fault, crash.Nodes, topology, trialSeed),
        SlowdownFault slowdown => Nodes(fault, slowdown.Nodes, topology, trialSeed),
        PauseFault pause => Nodes(fault, pause.Nodes, topology, trialSeed),
        MemoryFault memory => Nodes(fault, memory.Nodes, topology, trialSeed),
        ByzantineFault byzantine => Nodes(fault, byzantine.Nodes, topology, trialSeed),
        PartitionFault partition => topology.LinksAcross(partition.Groups),
        LinkFault link => topology.LinksBetween(link.From, link.To),
        _ => [],
    };

    private static int[] Nodes(FaultSpec fault, NodeSelector selector, Topology topology, SeedTree trialSeed)
    {
        int nodes = topology.Count - 1;
        int[] all = [.. Enumerable.Range(1, nodes)];
        if (selector.All)
            return all;
        if (selector.Names is { } names)
        {
            int[] named = [.. names.Select(topology.Index).Distinct().Order()];
            return named is [Topology.CoordinatorIndex, ..]
                ? throw new ArgumentException($"Fault '{fault.Name}' names the coordinator, but only nodes crash, pause and slow down.", nameof(fault))
                : named;
        }
        // Rounded up, but 7% of 100 are 7, though 0.07 × 100 is a little more than 7 in binary.
        int count = selector.RandomCount ?? (int)Math.Ceiling((selector.RandomShare ?? 0) * nodes - 1e-9);
        if (count < 0 || count > nodes)
            throw new ArgumentException($"Fault '{fault.Name}' strikes {count} nodes, but there are {nodes}.", nameof(fault));
        // Every node draws its own lot: those struck by a smaller number are among those struck by a greater one.
        SeedTree lots = trialSeed.Child("fault").Child(fault.Name).Child("targets");
        return [.. all.OrderBy(node => lots.Child(topology.Name(node)).Uniform).Take(count).Order()];
    }
}
