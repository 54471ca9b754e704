using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Faults;

/// <summary>A named event of a scenario that changes nodes or links for a while.</summary>
/// <param name="Name">The name the ledger uses.</param>
/// <param name="At">When it begins; with <see cref="FaultTiming.After"/>: how long after the other.</param>
public abstract record FaultSpec(string Name, Duration At)
{
    /// <summary>After what it begins, how often, and until when.</summary>
    public FaultTiming Timing { get; init; } = FaultTiming.Once;

    /// <summary>Whether nodes that it takes down come back without the weights of their layers.</summary>
    public bool LosesWeights { get; init; }
}

/// <summary>When a fault strikes, besides its beginning and how long a strike lasts.</summary>
/// <param name="After">Another fault: it strikes each time that one has begun; with <paramref name="Every"/> after its first beginning.</param>
/// <param name="Every">It strikes again at this distance; null: once.</param>
/// <param name="Jitter">Each strike begins up to so much later, drawn uniformly.</param>
/// <param name="Until">The time of the trial from which on it strikes no more, and at which it is over.</param>
public sealed record FaultTiming(string? After, Duration? Every, Duration Jitter, Duration? Until)
{
    /// <summary>A single strike, exactly when it is asked for.</summary>
    public static FaultTiming Once { get; } = new(null, null, Duration.Zero, null);
}

/// <summary>A fault that takes nodes down: their processes end, and begin anew when it lets go of them.</summary>
/// <param name="Name">The name the ledger uses.</param>
/// <param name="At">When it begins.</param>
/// <param name="Nodes">Which nodes.</param>
public abstract record OutageFault(string Name, Duration At, NodeSelector Nodes) : FaultSpec(Name, At);

/// <summary>Nodes lose everything they hold but their weights, and stay down until restarted.</summary>
/// <param name="Name">The name the ledger uses.</param>
/// <param name="At">When it begins.</param>
/// <param name="Nodes">Which nodes.</param>
/// <param name="RestartAfter">How long they stay down; null for ever.</param>
public sealed record CrashFault(string Name, Duration At, NodeSelector Nodes, Duration? RestartAfter) : OutageFault(Name, At, Nodes);

/// <summary>
/// Nodes fail and are repaired by themselves, again and again, each by a process of its own. Up times and repair times are drawn from one family with two
/// means.
/// </summary>
/// <param name="Name">The name the ledger uses.</param>
/// <param name="At">When it begins; all are up then, as far as it goes.</param>
/// <param name="Nodes">Which nodes; a selector of domains fails each domain as one.</param>
/// <param name="MeanTimeToFailure">How long one is up on average.</param>
/// <param name="MeanTimeToRepair">How long it is down on average.</param>
/// <param name="Shape">Of the Weibull distribution; 1 is the exponential one, more wears out, less fails early.</param>
/// <param name="For">How long it goes on; null for ever.</param>
public sealed record ChurnFault(
    string Name, Duration At, NodeSelector Nodes, Duration MeanTimeToFailure, Duration MeanTimeToRepair, double Shape, Duration? For)
    : OutageFault(Name, At, Nodes);

/// <summary>Nodes go down and come up as was once observed.</summary>
/// <param name="Name">The name the ledger uses.</param>
/// <param name="At">When the trace begins.</param>
/// <param name="Nodes">Which nodes follow it.</param>
/// <param name="Trace">What was observed, in the trial's time.</param>
/// <param name="For">After how long it is left; null: never.</param>
public sealed record TraceFault(string Name, Duration At, NodeSelector Nodes, NodeTrace Trace, Duration? For) : OutageFault(Name, At, Nodes);

/// <summary>When nodes were down.</summary>
/// <param name="Outages">Each time that one was, by its beginning.</param>
/// <param name="Places">How many nodes it tells of, by place; those of the fault's nodes beyond them are down throughout. Null: others are left alone.</param>
public sealed record NodeTrace(IReadOnlyList<TraceOutage> Outages, int? Places);

/// <summary>A node that was down.</summary>
/// <param name="Node">Its name; null: it is told by its place.</param>
/// <param name="Place">Its place among the fault's nodes, from 0; <see cref="Everywhere"/>: all of them.</param>
/// <param name="From">From when on, in time since the trace began.</param>
/// <param name="To">Until when; null: for ever.</param>
public sealed record TraceOutage(string? Node, int Place, Duration From, Duration? To)
{
    /// <summary>All nodes that follow the trace.</summary>
    public const int Everywhere = -1;
}

/// <summary>Links between different groups are down; endpoints that are in none of them keep theirs.</summary>
/// <param name="Name">The name the ledger uses.</param>
/// <param name="At">When it begins.</param>
/// <param name="Groups">Groups of endpoint names; empty where they are drawn.</param>
/// <param name="HealAfter">How long it lasts; null for ever.</param>
public sealed record PartitionFault(string Name, Duration At, IReadOnlyList<IReadOnlyList<string>> Groups, Duration? HealAfter) : FaultSpec(Name, At)
{
    /// <summary>How the groups are made.</summary>
    public PartitionShape Shape { get; init; }

    /// <summary>The node that stands alone or bridges; null: one is drawn.</summary>
    public string? Middle { get; init; }

    /// <summary>Which messages are lost.</summary>
    public PartitionDirection Direction { get; init; }
}

/// <summary>How the groups of a partition are made. What is drawn is drawn anew at each strike.</summary>
public enum PartitionShape
{
    /// <summary>As they are listed.</summary>
    Listed,

    /// <summary>As they are listed, and all other endpoints are one more.</summary>
    Rest,

    /// <summary>Two halves of all endpoints, the coordinator among them.</summary>
    RandomHalves,

    /// <summary>One node, and all other endpoints.</summary>
    Isolate,

    /// <summary>Two halves of all endpoints but one node, which reaches both.</summary>
    Bridge,
}

/// <summary>Which messages between the groups of a partition are lost.</summary>
public enum PartitionDirection
{
    /// <summary>All.</summary>
    Both,

    /// <summary>Those to the first group.</summary>
    In,

    /// <summary>Those from the first group.</summary>
    Out,
}

/// <summary>Layers started afterwards take <paramref name="Factor"/> times as long; several slowdowns multiply.</summary>
/// <param name="Name">The name the ledger uses.</param>
/// <param name="At">When it begins.</param>
/// <param name="Nodes">Which nodes.</param>
/// <param name="Factor">The factor, greater than 0.</param>
/// <param name="For">How long it lasts; null for ever.</param>
public sealed record SlowdownFault(string Name, Duration At, NodeSelector Nodes, double Factor, Duration? For) : FaultSpec(Name, At);

/// <summary>Some links have other conditions for a while; of several the later start wins, key by key.</summary>
/// <param name="Name">The name the ledger uses.</param>
/// <param name="At">When it begins.</param>
/// <param name="From">Sending endpoints, or <c>all</c>.</param>
/// <param name="To">Receiving endpoints, or <c>all</c>.</param>
/// <param name="Set">What differs.</param>
/// <param name="For">How long it lasts; null for ever.</param>
public sealed record LinkFault(string Name, Duration At, IReadOnlyList<string> From, IReadOnlyList<string> To, LinkPatch Set, Duration? For)
    : FaultSpec(Name, At);

/// <summary>Nodes do nothing for a while (SIGSTOP). What reaches them waits; they are not down, and nobody is told.</summary>
/// <param name="Name">The name the ledger uses.</param>
/// <param name="At">When it begins.</param>
/// <param name="Nodes">Which nodes.</param>
/// <param name="For">How long it lasts; null for ever.</param>
public sealed record PauseFault(string Name, Duration At, NodeSelector Nodes, Duration? For) : FaultSpec(Name, At);

/// <summary>Bits of weights in the nodes' memory are others from now on, until the layer is loaded again: when its node starts again.</summary>
/// <param name="Name">The name the ledger uses.</param>
/// <param name="At">When they flip.</param>
/// <param name="Nodes">Which nodes.</param>
/// <param name="Flips">How many different bits on each of them.</param>
/// <param name="Field">Which bits of a weight.</param>
public sealed record MemoryFault(string Name, Duration At, NodeSelector Nodes, int Flips, BitField Field) : FaultSpec(Name, At);

/// <summary>Nodes do not answer what their layers compute.</summary>
/// <param name="Name">The name the ledger uses.</param>
/// <param name="At">When they begin to.</param>
/// <param name="Nodes">Which nodes.</param>
/// <param name="Answer">What they answer instead.</param>
/// <param name="Strength">Of noise: its deviation in units of the answer's own; of a constant: the number.</param>
/// <param name="For">How long it lasts; null for ever.</param>
public sealed record ByzantineFault(string Name, Duration At, NodeSelector Nodes, ByzantineAnswer Answer, double Strength, Duration? For)
    : FaultSpec(Name, At);

/// <summary>What a byzantine node answers.</summary>
public enum ByzantineAnswer
{
    /// <summary>What the layer computes, with noise on it.</summary>
    Noise,

    /// <summary>Zeros.</summary>
    Zero,

    /// <summary>The same number everywhere.</summary>
    Constant,

    /// <summary>What the layer computes with the weights of the checkpoint before the last.</summary>
    Stale,

    /// <summary>What another layer computes.</summary>
    OtherLayer,
}

/// <summary>
/// Which nodes a fault strikes: names, all, or such as are drawn from (seed, repeat, fault name, strike); of the whole cluster or of failure domains.
/// </summary>
/// <param name="Names">Names, or null.</param>
/// <param name="All">Every node.</param>
/// <param name="RandomCount">So many.</param>
/// <param name="RandomShare">Such a share in (0, 1], rounded up.</param>
public sealed record NodeSelector(IReadOnlyList<string>? Names, bool All, int? RandomCount, double? RandomShare)
{
    /// <summary>Only nodes of these failure domains, <c>all</c> for those of any; null: of the whole cluster.</summary>
    public IReadOnlyList<string>? Domains { get; init; }

    /// <summary>All nodes of so many domains.</summary>
    public int? RandomDomains { get; init; }

    /// <summary>All nodes of such a share of the domains, rounded up.</summary>
    public double? RandomDomainShare { get; init; }

    /// <summary>Any number of nodes from none to so many, all equally likely.</summary>
    public int? UpToCount { get; init; }

    /// <summary>The same with a share, rounded up.</summary>
    public double? UpToShare { get; init; }

    /// <summary>Whether it takes domains as they are, so that each of them can fail as one.</summary>
    public bool IsByDomain => RandomDomains is not null || RandomDomainShare is not null || (Domains is not null && !DrawsNodes);

    /// <summary>Whether luck decides.</summary>
    public bool IsDrawn => DrawsNodes || RandomDomains is not null || RandomDomainShare is not null;

    private bool DrawsNodes => RandomCount is not null || RandomShare is not null || UpToCount is not null || UpToShare is not null;

    /// <summary>These nodes.</summary>
    public static NodeSelector Of(params string[] names) => new(names, false, null, null);
}
