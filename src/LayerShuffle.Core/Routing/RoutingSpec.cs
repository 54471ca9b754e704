using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Routing;

/// <summary>How requests find their way, and around failures.</summary>
public sealed record RoutingSpec
{
    /// <summary>In which order layers are visited.</summary>
    public OrderKind Order { get; init; } = OrderKind.Sequential;

    /// <summary>For <see cref="OrderKind.Explicit"/>: the layer ids in execution order; layers not listed are pruned.</summary>
    public IReadOnlyList<int>? ExplicitOrder { get; init; }

    /// <summary>Layers that keep their place in orders that are drawn or chosen on the way, or null.</summary>
    public PinSpec? Pin { get; init; }

    /// <summary>Layers left out on purpose, or null.</summary>
    public PruneSpec? Prune { get; init; }

    /// <summary>How long the sender of a hop waits for its acknowledgement; null: from measured round trips (RFC 6298).</summary>
    public Duration? Timeout { get; init; }

    /// <summary>How the timeout grows from resend to resend; null: not at all where it is given, doubling where it is measured.</summary>
    public BackoffSpec? Backoff { get; init; }

    /// <summary>Resends of one hop.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>What happens when the retries are used up.</summary>
    public OnFailure OnFailure { get; init; } = OnFailure.Skip;

    /// <summary>Copies of every layer, in all.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Which copy of a layer a hop tries first.</summary>
    public CopyChoice Copies { get; init; }

    /// <summary>When an endpoint that timed out is left alone; null: never.</summary>
    public AvoidSpec? Avoid { get; init; }

    /// <summary>When a second copy of a hop is sent before its acknowledgement is overdue; null: never.</summary>
    public HedgeSpec? Hedge { get; init; }

    /// <summary>Several journeys of every request; null: one.</summary>
    public RedundancySpec? Redundancy { get; init; }

    /// <summary>Whether a request's answer is made of the logits of several journeys.</summary>
    public bool CombinesLogits => Redundancy is { Combine: CombineKind.MeanLogits, Paths: > 1 };

    /// <summary>How many neighbours of the order run at once, on the same activation.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Whether senders learn from acknowledgements who answers soon, so that these tell what waits there.</summary>
    public bool LearnsSpeeds => Copies == CopyChoice.Fastest || Order == OrderKind.Opportunistic;

    /// <summary>How long after a crash custodians learn of it; null: the timeout.</summary>
    public Duration? Detection { get; init; }

    /// <summary>How custodians find out by themselves who has crashed; null: they are told.</summary>
    public PhiSpec? Phi { get; init; }
}

/// <summary>Layers that keep their place at the ends of the order.</summary>
/// <param name="First">So many of the lowest ids come first.</param>
/// <param name="Last">So many of the highest ids come last.</param>
public sealed record PinSpec(int First, int Last);

/// <summary>In which order a request visits the layers.</summary>
public enum OrderKind
{
    /// <summary>0, 1, 2, …</summary>
    Sequential,

    /// <summary>A random order for every request, from (seed, repeat, request, L).</summary>
    Arbitrary,

    /// <summary>A given list.</summary>
    Explicit,

    /// <summary>Chosen on the way: the unvisited layer that the sender expects to be done first.</summary>
    Opportunistic,
}

/// <summary>Which copy of a layer a hop tries first. Resends go to the others.</summary>
public enum CopyChoice
{
    /// <summary>The first.</summary>
    First,

    /// <summary>The one that the sender expects to be done first.</summary>
    Fastest,

    /// <summary>A random one, drawn for each hop.</summary>
    Random,
}

/// <summary>What the sender of a hop does when its resends are used up.</summary>
public enum OnFailure
{
    /// <summary>The request fails.</summary>
    Fail,

    /// <summary>The layer is skipped.</summary>
    Skip,

    /// <summary>The layer is put at the end of the route, tried once more there, and skipped then.</summary>
    Defer,

    /// <summary>It is sent again until the deadline.</summary>
    Wait,
}

/// <summary>Layers to leave out on purpose, at no cost in time.</summary>
/// <param name="Layers">How many.</param>
/// <param name="Choose">Which.</param>
/// <param name="Ids">For <see cref="PruneChoice.Explicit"/>: the layer ids.</param>
/// <param name="PerTrial">Whether a random choice is drawn once for a trial instead of for every request.</param>
public sealed record PruneSpec(int Layers, PruneChoice Choose, IReadOnlyList<int>? Ids, bool PerTrial);

/// <summary>Which layers are pruned.</summary>
public enum PruneChoice
{
    /// <summary>Drawn at random.</summary>
    Random,

    /// <summary>The lowest ids.</summary>
    First,

    /// <summary>The highest ids.</summary>
    Last,

    /// <summary>Those listed.</summary>
    Explicit,
}
