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
        MemoryFault => "memory",
        ByzantineFault => "byzantine",
        _ => throw new ArgumentException($"Faults of type {fault.GetType().Name} have no name in the ledger.", nameof(fault)),
    };

    /// <summary>What a fault of links strikes, as the ledger tells it: the groups of a partition, or who sends to whom.</summary>
    public static string Target(FaultSpec fault) => fault switch
    {
        PartitionFault partition => string.Join(" | ", partition.Groups.Select(group => string.Join(' ', group))),
        LinkFault link => $"{string.Join(' ', link.From)} -> {string.Join(' ', link.To)}",
        _ => throw new ArgumentException("Faults of nodes have a target for each node.", nameof(fault)),
    };

    /// <summary>A crash begins or ends at a node.</summary>
    /// <param name="strike">The beginning or end.</param>
    /// <param name="node">The node.</param>
    /// <param name="absent">Whether the node is not there at all (it has not joined yet, or has left): the fault holds it down should it come.</param>
    /// <returns><see cref="Began"/>: it is to die now. <see cref="Restarted"/>: it is to come back now. Else nothing happens.</returns>
    public string Crash(FaultEvent strike, int node, bool absent = false)
    {
        if (strike.Begins)
            return health.Crash(node, strike.Fault.Name) && !absent ? Began : AlreadyDown;
        return health.Restore(node, strike.Fault.Name) && !absent ? Restarted : StillDown;
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
            return health.Pause(node, strike.Fault.Name) ? Began : AlreadyPaused;
        }

        if (health.Continue(node, strike.Fault.Name))
            return absent ? NotPaused : Ended;
        return health.IsPaused(node) && !absent ? StillPaused : NotPaused;
    }
}
