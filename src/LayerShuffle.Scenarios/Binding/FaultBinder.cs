using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Faults.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="endpoints">The endpoints there are.</param>
/// <param name="network">Reads what a link fault sets.</param>
internal sealed class FaultBinder(MistakeList mistakes, EndpointChecker endpoints, NetworkBinder network)
{
    private readonly NodeSelectorBinder selectors = new(mistakes, endpoints);
    private readonly TimingBinder timings = new(mistakes);

    public IReadOnlyList<FaultSpec> Bind(MapNode? faults)
    {
        List<FaultSpec> bound = [];
        foreach (MapEntry entry in faults?.Entries ?? [])
        {
            if (entry.Value is MapNode map && Fault(entry.Key, map) is { } fault)
            {
                fault = timings.Bind(fault, map, entry.KeyLocation);
                bound.Add(Read.Text(map, "weights") == "lost" ? fault with { LosesWeights = true } : fault);
            }
        }

        if (faults is not null)
            timings.Chains(faults, bound);
        return bound;
    }

    private FaultSpec? Fault(string name, MapNode map)
    {
        Duration at = Read.Duration(map, "at") ?? Read.Duration(map.Map("after"), "delay") ?? default;
        return Read.Text(map, "kind") switch
        {
            "crash" => new CrashFault(name, at, selectors.Bind(map), Lasting(map, "restart_after")),
            "slowdown" => new SlowdownFault(name, at, selectors.Bind(map), Read.Number(map, "factor", 1), Read.Duration(map, "for")),
            "pause" => new PauseFault(name, at, selectors.Bind(map), Read.Duration(map, "for")),
            "memory" => new MemoryFault(name, at, selectors.Bind(map), Read.Integer(map, "flips", 1), NetworkBinder.Field(map)),
            "byzantine" => new ByzantineFault(name, at, selectors.Bind(map), Answer(map), Read.Number(map, "strength", 1), Read.Duration(map, "for")),
            "partition" => new PartitionBinder(mistakes, endpoints).Bind(name, map, at, Lasting(map, "heal_after")),
            "link" => Link(name, map, at),
            "churn" => Churn(name, map, at),
            "trace" => Trace(name, map, at),
            _ => null,
        };
    }

    /// <summary>How long a strike lasts, by either of two names.</summary>
    private Duration? Lasting(MapNode map, string own)
    {
        if (map.Get(own) is not null && map.Get("for") is { } also)
            mistakes.Add(also, $"`for` and `{own}` mean the same", "one of them");
        return Read.Duration(map, own) ?? Read.Duration(map, "for");
    }

    private static ByzantineAnswer Answer(MapNode map) => Read.Text(map, "answer") switch
    {
        "zero" => ByzantineAnswer.Zero,
        "constant" => ByzantineAnswer.Constant,
        "stale" => ByzantineAnswer.Stale,
        "other_layer" => ByzantineAnswer.OtherLayer,
        _ => ByzantineAnswer.Noise,
    };

    private LinkFault Link(string name, MapNode map, Duration at)
    {
        IReadOnlyList<string> from = endpoints.Ends(map.Get("from")), to = endpoints.Ends(map.Get("to"));
        endpoints.CheckLink(map, from, to);
        if (map.Map("set") is { Entries.Count: 0 } empty)
            mistakes.Add(empty, "the fault changes nothing", NetworkBinder.Changeable);
        return new LinkFault(name, at, from, to, network.Patch(map.Map("set")), Read.Duration(map, "for"));
    }

    private ChurnFault Churn(string name, MapNode map, Duration at)
    {
        bool isWeibull = Read.Text(map, "distribution") == "weibull";
        if (isWeibull && map.Get("shape") is null)
            mistakes.Add(map.Get("distribution")!, "a Weibull distribution without its `shape`", "a `shape`: above 1 nodes wear out, below 1 they fail early");
        if (!isWeibull && map.Get("shape") is { } shape)
            mistakes.Add(shape, "an exponential distribution has no shape", "`distribution: weibull`, or no `shape`");
        return new ChurnFault(name, at, selectors.Bind(map), Read.Duration(map, "mean_time_to_failure") ?? Duration.FromSeconds(1),
            Read.Duration(map, "mean_time_to_repair") ?? Duration.FromSeconds(1), isWeibull ? Read.Number(map, "shape", 1) : 1, Read.Duration(map, "for"));
    }

    private TraceFault Trace(string name, MapNode map, Duration at)
    {
        NodeSelector nodes = selectors.Bind(map);
        return new TraceFault(name, at, nodes, NodeTraceBinder.Bind(map, mistakes, endpoints, nodes) ?? new NodeTrace([], null), Read.Duration(map, "for"));
    }
}
