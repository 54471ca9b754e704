using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Faults;

/// <summary>A named event of a scenario that changes nodes or links for a while.</summary>
/// <param name="Name">The name the ledger uses.</param>
/// <param name="At">When it begins.</param>
public abstract record FaultSpec(string Name, Duration At)
{
    /// <summary>Whether nodes that it takes down come back without the weights of their layers.</summary>
    public bool LosesWeights { get; init; }
}

/// <summary>Nodes lose everything they hold but their weights, and stay down until restarted.</summary>
/// <param name="Name">The name the ledger uses.</param>
/// <param name="At">When it begins.</param>
/// <param name="Nodes">Which nodes.</param>
/// <param name="RestartAfter">How long they stay down; null for ever.</param>
public sealed record CrashFault(string Name, Duration At, NodeSelector Nodes, Duration? RestartAfter) : FaultSpec(Name, At);

/// <summary>Links between different listed groups are down; endpoints it does not list keep theirs.</summary>
/// <param name="Name">The name the ledger uses.</param>
/// <param name="At">When it begins.</param>
/// <param name="Groups">Groups of endpoint names.</param>
/// <param name="HealAfter">How long it lasts; null for ever.</param>
public sealed record PartitionFault(string Name, Duration At, IReadOnlyList<IReadOnlyList<string>> Groups, Duration? HealAfter) : FaultSpec(Name, At);

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

/// <summary>Which nodes a fault strikes: names, all, a random number of them or a random share (rounded up).</summary>
/// <param name="Names">Names, or null.</param>
/// <param name="All">Every node.</param>
/// <param name="RandomCount">So many, drawn from (seed, repeat, fault name).</param>
/// <param name="RandomShare">Such a share in (0, 1], rounded up.</param>
public sealed record NodeSelector(IReadOnlyList<string>? Names, bool All, int? RandomCount, double? RandomShare)
{
    /// <summary>These nodes.</summary>
    public static NodeSelector Of(params string[] names) => new(names, false, null, null);
}
