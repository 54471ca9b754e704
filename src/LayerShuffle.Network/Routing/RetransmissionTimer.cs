using LayerShuffle.Network.Time;

namespace LayerShuffle.Network.Routing;

/// <summary>
/// The timeout of one directed link from measured round trips, as RFC 6298 computes it. Karn's algorithm is the caller's: no samples of messages that were
/// sent again.
/// Two departures, both on purpose. The RFC's floor of 1 s is left out: it protects the internet's shared paths against needless resends (Linux makes do with
/// 200 ms), and
/// ours are links of a few milliseconds, whose losses a floor of 1 s would drown in waiting. And the doubling is kept for each message instead of for the link
/// (<see cref="Backoff"/>): one dead node behind a link must not blow up the timeout of messages to others.
/// </summary>
public sealed class RetransmissionTimer
{
    private static readonly Duration Initial = Duration.FromSeconds(1), Longest = Duration.FromSeconds(60), Granularity = Duration.FromMilliseconds(1);

    private double smoothed, variation; // SRTT and RTTVAR, in nanoseconds
    private bool measured;

    /// <summary>The timeout of a message sent now for the first time (RTO): 1 s before the first measurement.</summary>
    public Duration Current { get; private set; } = Initial;

    /// <summary>Takes a measured round trip into account.</summary>
    public void Sample(Duration rtt)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rtt, Duration.Zero);
        double measurement = rtt.Nanoseconds;
        if (measured)
        {
            // In this order: the variation is of the old mean (RFC 6298, 2.3).
            variation = 0.75 * variation + 0.25 * Math.Abs(smoothed - measurement);
            smoothed = 0.875 * smoothed + 0.125 * measurement;
        }
        else
        {
            (smoothed, variation, measured) = (measurement, measurement / 2, true);
        }
        double timeout = smoothed + Math.Max(Granularity.Nanoseconds, 4 * variation);
        Current = new((long)Math.Round(Math.Min(timeout, Longest.Nanoseconds)));
    }

    /// <summary>The timeout of a message's resend: twice as long for each, at most 60 s.</summary>
    /// <param name="rto">The timeout of its first sending.</param>
    /// <param name="attempt">0 for the first sending, then the resend's number.</param>
    public static Duration Backoff(Duration rto, int attempt)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(attempt);
        Duration timeout = rto < Longest ? rto : Longest;
        for (int i = 0; i < attempt && timeout < Longest && timeout > Duration.Zero; i++)
            timeout = timeout * 2L < Longest ? timeout * 2L : Longest;
        return timeout;
    }
}
