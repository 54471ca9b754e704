using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Protocol;

/// <summary>An activation that was sent and is kept until the receiver reports it released.</summary>
internal sealed class Custody(Journey journey, Upstream? upstream)
{
    /// <summary>The journey as it stood when the hop was handed over, resends of it not counted.</summary>
    public Journey Journey { get; } = journey;

    public HopId Hop { get; } = journey.NextHop;

    /// <summary>Who keeps what this was computed from; null once released.</summary>
    public Upstream? Upstream { get; set; } = upstream;

    /// <summary>Of one of several hops of a journey: what they have in common, also when what it was computed from is released.</summary>
    public SharedUpstream? Shared { get; } = upstream?.Shared;

    public int Attempt { get; set; }

    /// <summary>The second copy that was sent before the first was overdue; null: none was.</summary>
    public Hedge? Hedge { get; set; }

    /// <summary>The number of the attempt that was sent last.</summary>
    public int LastAttempt => Math.Max(Attempt, Hedge?.Attempt ?? 0);

    /// <summary>How often the present attempt's like was sent before it: a second copy does not count, as it replaces none.</summary>
    public int Tries => Attempt - (Hedge is { } hedge && hedge.Attempt < Attempt ? 1 : 0);

    /// <summary>Attempts that were not sent, because they were for this endpoint itself, which has no weights of the layer.</summary>
    public int Unsent { get; set; }

    /// <summary>The journey with the resends of this hop counted.</summary>
    public Journey Counted => CountedUpTo(Attempt);

    /// <summary>The journey with the resends of this hop counted up to an attempt, and its second copy if it is one of these.</summary>
    public Journey CountedUpTo(int attempt) => Journey with
    {
        Retries = Journey.Retries + attempt - Unsent,
        Hedges = Journey.Hedges + (Hedge is { } hedge && hedge.Attempt <= attempt ? 1 : 0),
    };

    public int Target { get; set; }

    public Instant SentAt { get; set; }

    /// <summary>When it was first sent to the target, without another in between.</summary>
    public Instant FirstSentAt { get; set; }

    /// <summary>How long the acknowledgement of the present attempt is waited for.</summary>
    public Duration Wait { get; set; }

    public ITimerHandle? Timer { get; set; }

    /// <summary>Says when a second copy is due; null: none will be.</summary>
    public ITimerHandle? HedgeTimer { get; set; }

    /// <summary>Who acknowledged and in which incarnation; null while waiting.</summary>
    public (int Endpoint, int Incarnation)? Holder { get; set; }

    /// <summary>When it was acknowledged, and how many hops were before it then.</summary>
    public (Instant At, int Ahead)? Acknowledged { get; set; }

    /// <summary>Whether nothing of it is underway: every copy of the layer is left alone for the time being.</summary>
    public bool IsIdle { get; set; }

    /// <summary>Of what is idle: the attempt that comes next.</summary>
    public int NextAttempt { get; set; }

    /// <summary>Whether it counts as underway in the memory of its target.</summary>
    public bool IsPending { get; set; }

    /// <summary>Whether it has been released, given up or lost: timers that still fire for it mean nothing.</summary>
    public bool Closed { get; set; }
}

/// <summary>The second copy of a hop, which does not wait until the first is overdue.</summary>
/// <param name="Attempt">Its number.</param>
/// <param name="Target">Where it was sent.</param>
/// <param name="SentAt">When.</param>
internal sealed record Hedge(int Attempt, int Target, Instant SentAt)
{
    /// <summary>Whether it counts as underway in the memory of its target.</summary>
    public bool IsPending { get; set; }
}

/// <summary>The endpoint that still keeps the activation from which an activation in hand was computed, and the hop with which it sent it.</summary>
/// <param name="Endpoint">The custodian.</param>
/// <param name="Hop">Its hop.</param>
/// <param name="Layer">The layer that hop was for.</param>
public sealed record Upstream(int Endpoint, HopId Hop, int Layer)
{
    /// <summary>
    /// Where several hops come of one input, or one input of several hops: what is released when all of these are done with; null: it is one endpoint's.
    /// </summary>
    public SharedUpstream? Shared { get; init; }

    /// <summary>All of some, as one.</summary>
    /// <param name="upstreams">Them.</param>
    /// <param name="awaited">How many hops must be done with before they are released.</param>
    public static Upstream Of(IReadOnlyList<Upstream> upstreams, int awaited = 1) =>
        new(0, default, Journey.Return) { Shared = new SharedUpstream(upstreams, awaited) };
}

/// <summary>What several hops have in common.</summary>
/// <param name="upstreams">Who is told when all of them are done with.</param>
/// <param name="hops">How many hops.</param>
public sealed class SharedUpstream(IReadOnlyList<Upstream> upstreams, int hops)
{
    private int awaited = hops, left = hops;

    /// <summary>Who is told.</summary>
    public IReadOnlyList<Upstream> Upstreams => upstreams;

    /// <summary>One is done with; whether it was the last.</summary>
    public bool Done() => --awaited == 0;

    /// <summary>One was given up; whether all have been.</summary>
    public bool GivenUp() => --left == 0;
}
