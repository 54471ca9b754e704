using System.Globalization;

namespace LayerShuffle.Core.Faults;

/// <summary>
/// What a fault of nodes brings about when it begins or ends, in the ledger's words. Both clocks' drivers ask here and act on <see cref="Began"/>,
/// <see cref="Restarted"/> and <see cref="Ended"/> only, so that they write the same words for the same fault, whatever state it finds its node in.
/// </summary>
/// <param name="health">The nodes, whose state changes.</param>
public sealed class FaultEffects(NodeHealth health)
{
    /// <summary>It has begun.</summary>
    public const string Began = "began";

    /// <summary>It is over.</summary>
    public const string Ended = "ended";

    /// <summary>A crashed node is back.</summary>
    public const string Restarted = "restarted";

    /// <summary>The node was down, or not there, when it was to begin.</summary>
    public const string AlreadyDown = "already_down";

    /// <summary>The crash is over, but another holds the node down, or it is not there.</summary>
    public const string StillDown = "still_down";

    /// <summary>The node was paused by another when the pause was to begin.</summary>
    public const string AlreadyPaused = "already_paused";

    /// <summary>The pause is over, but another holds the node.</summary>
    public const string StillPaused = "still_paused";

    /// <summary>The pause is over for a node that it did not hold: it crashed meanwhile, or was down or not there from the beginning.</summary>
    public const string NotPaused = "not_paused";

    /// <summary>A custodian learned that the node is down.</summary>
    public const string DetectedDown = "detected_down";

    /// <summary>A custodian takes a node for dead that is not: it was silent for too long.</summary>
    public const string Suspected = "suspected";

    /// <summary>A worker that had ended by itself is there again.</summary>
    public const string Respawned = "respawned";

    /// <summary>A node has joined and serves.</summary>
    public const string Joined = "joined";

    /// <summary>A node is not there when the trial begins.</summary>
    public const string Absent = "absent";

    /// <summary>A strike drew no node at all.</summary>
    public const string NoTarget = "no_target";

    /// <summary>The trial was over before the fault began.</summary>
    public const string NeverBegan = "never_began";

    /// <summary>The fault began, and changed nothing: its nodes were down already, or no message crossed its links meanwhile.</summary>
    public const string TouchedNothing = "touched_nothing";

    /// <summary>Of a fault that strikes whatever it finds: a slowdown, a byzantine node, a partition, a fault of links.</summary>
    public static string Of(FaultEvent strike) => strike.Begins ? Began : Ended;

    /// <summary>The kind of a fault, as scenarios and the ledger call it.</summary>
    public static string Kind(FaultSpec fault) => fault switch
    {
        CrashFault => "crash",
        PauseFault => "pause",
        SlowdownFault => "slowdown",
        PartitionFault => "partition",
        LinkFault => "link",
        ChurnFault => "churn",
        TraceFault => "trace",
        MemoryFault => "memory",
        ByzantineFault => "byzantine",
        _ => throw new ArgumentException($"Faults of type {fault.GetType().Name} have no name in the ledger.", nameof(fault)),
    };

    /// <summary>What a fault of links strikes, as the ledger tells it: the groups of a partition, or who sends to whom.</summary>
    public static string Target(FaultEvent strike) => strike.Fault switch
    {
        PartitionFault partition => string.Join(partition.Direction switch
        {
            PartitionDirection.In => " <- ",
            PartitionDirection.Out => " -> ",
            _ => " | ",
        }, Groups(partition, strike.Groups ?? partition.Groups)),
        LinkFault link => $"{string.Join(' ', link.From)} -> {string.Join(' ', link.To)}",
        _ => throw new ArgumentException("Faults of nodes have a target for each node.", nameof(strike)),
    };

    /// <summary>What a fault was asked to strike, as the scenario has it.</summary>
    public static string Asked(FaultSpec fault) => fault switch
    {
        OutageFault outage => Asked(outage.Nodes),
        PauseFault pause => Asked(pause.Nodes),
        SlowdownFault slowdown => Asked(slowdown.Nodes),
        MemoryFault memory => Asked(memory.Nodes),
        ByzantineFault byzantine => Asked(byzantine.Nodes),
        PartitionFault { Shape: PartitionShape.RandomHalves } => "random halves",
        PartitionFault { Shape: PartitionShape.Isolate } alone => $"{alone.Middle ?? "random"} | rest",
        PartitionFault { Shape: PartitionShape.Bridge } bridge => $"bridge {bridge.Middle ?? "random"}",
        PartitionFault { Shape: PartitionShape.Rest } partition => Target(new FaultEvent(default, partition, true, []) { Groups = [.. partition.Groups, []] }),
        PartitionFault or LinkFault => Target(new FaultEvent(default, fault, true, [])),
        _ => "",
    };

    private static string Asked(NodeSelector nodes)
    {
        string draw = nodes.RandomCount is { } count ? $"random {count}" : nodes.RandomShare is { } share ? $"random {Share(share)}" :
            nodes.UpToCount is { } most ? $"up to {most}" : nodes.UpToShare is { } part ? $"up to {Share(part)}" :
            nodes.RandomDomains is { } domains ? $"random domains {domains}" : nodes.RandomDomainShare is { } some ? $"random domains {Share(some)}" : "";
        string of = nodes.Domains is { } named ? $"domain {string.Join(' ', named)}" : "";
        return nodes.All ? "all" : nodes.Names is { } names ? string.Join(' ', names)
            : string.Join(" of ", ((string[])[draw, of]).Where(part => part.Length > 0));
    }

    private static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.###}%");

    private static IEnumerable<string> Groups(PartitionFault partition, IReadOnlyList<IReadOnlyList<string>> groups)
    {
        bool hasRest = partition.Shape is PartitionShape.Rest or PartitionShape.Isolate;
        return groups.Select((group, i) => hasRest && i == groups.Count - 1 ? "rest" : string.Join(' ', group));
    }

    /// <summary>A crash begins or ends at a node.</summary>
    /// <param name="strike">The beginning or end.</param>
    /// <param name="node">The node.</param>
    /// <param name="absent">Whether the node is not there at all (it has not joined yet, or has left): the fault holds it down should it come.</param>
    /// <returns><see cref="Began"/>: it is to die now. <see cref="Restarted"/>: it is to come back now. Else nothing happens.</returns>
    public string Crash(FaultEvent strike, int node, bool absent = false)
    {
        if (strike.Begins)
            return health.Crash(node, strike.Hold) && !absent ? Began : AlreadyDown;
        return health.Restore(node, strike.Hold) && !absent ? Restarted : StillDown;
    }

    /// <summary>A pause begins or ends at a node.</summary>
    /// <param name="strike">The beginning or end.</param>
    /// <param name="node">The node.</param>
    /// <param name="absent">Whether the node is not there at all: there is nothing to pause, also if it comes.</param>
    /// <returns><see cref="Began"/>: it is to stop now. <see cref="Ended"/>: it is to go on now. Else nothing happens.</returns>
    public string Pause(FaultEvent strike, int node, bool absent = false)
    {
        if (strike.Begins)
        {
            if (absent || !health.IsUp(node))
                return AlreadyDown; // there is nothing to pause, and its next incarnation is not the one that was struck
            return health.Pause(node, strike.Hold) ? Began : AlreadyPaused;
        }

        if (health.Continue(node, strike.Hold))
            return absent ? NotPaused : Ended;
        return health.IsPaused(node) && !absent ? StillPaused : NotPaused;
    }
}
