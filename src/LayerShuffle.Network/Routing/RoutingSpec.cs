using LayerShuffle.Network.Time;

namespace LayerShuffle.Network.Routing;

/// <summary>How requests find their way, and around failures.</summary>
public sealed record RoutingSpec
{
    /// <summary>In which order layers are visited.</summary>
    public OrderKind Order { get; init; } = OrderKind.Sequential;

    /// <summary>For <see cref="OrderKind.Explicit"/>: the layer ids in execution order; layers not listed are pruned.</summary>
    public IReadOnlyList<int>? ExplicitOrder { get; init; }

    /// <summary>Layers left out on purpose, or null.</summary>
    public PruneSpec? Prune { get; init; }

    /// <summary>How long the sender of a hop waits for its acknowledgement; null: from measured round trips (RFC 6298).</summary>
    public Duration? Timeout { get; init; }

    /// <summary>Resends of one hop.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>What happens when the retries are used up.</summary>
    public OnFailure OnFailure { get; init; } = OnFailure.Skip;

    /// <summary>Copies of every layer, in all.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>How long after a crash custodians learn of it; null: the timeout.</summary>
    public Duration? Detection { get; init; }
}
