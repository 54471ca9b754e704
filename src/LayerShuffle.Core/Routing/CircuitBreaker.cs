using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Routing;

/// <summary>When a sender leaves an endpoint alone.</summary>
/// <param name="After">After so many timeouts in a row.</param>
/// <param name="For">For so long; then one hop tries it.</param>
public sealed record AvoidSpec(int After, Duration For);

/// <summary>
/// What one sender remembers of one endpoint's timeouts. Closed: hops go there. Open, after enough timeouts in a row: nothing does. Half-open, when its time
/// is over: one hop tries it, and decides between the two. A trial of which nothing comes, because its request has ended, holds others off no longer than that.
/// </summary>
/// <param name="spec">After how many timeouts, and for how long.</param>
public sealed class CircuitBreaker(AvoidSpec spec)
{
    private int failures; // in a row
    private Instant? openUntil;
    private Instant? trial; // when the hop that tries it was sent

    /// <summary>Whether a hop that is sent now goes there.</summary>
    public bool Allows(Instant now) => openUntil is not { } until || now >= until;

    /// <summary>Whether the next hop that goes there tries it.</summary>
    public bool IsHalfOpen(Instant now) => openUntil is { } until && now >= until;

    /// <summary>How long nothing goes there; zero where hops do.</summary>
    public Duration Left(Instant now) => openUntil is { } until && until > now ? until - now : Duration.Zero;

    /// <summary>A hop is sent there.</summary>
    public void Sent(Instant now)
    {
        if (IsHalfOpen(now))
            (trial, openUntil) = (now, now + spec.For);
    }

    /// <summary>A hop was acknowledged in time.</summary>
    public void Succeeded() => (failures, openUntil, trial) = (0, null, null);

    /// <summary>A hop was not.</summary>
    /// <param name="sent">When it was sent: what was sent before the endpoint was left alone says nothing new.</param>
    /// <param name="now">The present.</param>
    public void Failed(Instant sent, Instant now)
    {
        if (openUntil is null ? ++failures < spec.After : trial is not { } tried || sent < tried)
            return;
        (failures, openUntil, trial) = (0, now + spec.For, null);
    }
}
