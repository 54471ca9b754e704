using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Routing;

/// <summary>
/// The timeout towards one destination from measured round trips, as RFC 6298 computes it. An acknowledgement says which attempt it answers, so that every one
/// is a sample without ambiguity (Karn's problem does not arise): also one that comes after the message was sent again, or given up. What proved too short is
/// doubled and kept until a fresh sample (5.5 to 5.7), so that a network that became slower is waited for until it can be measured. Two departures, both on
/// purpose. The RFC's floor of 1 s is left out: it protects the internet's shared paths against needless resends (Linux makes do with 200 ms), and ours are
/// links of a few milliseconds, whose losses a floor of 1 s would drown in waiting. And who is silent is not waited for ever longer: where nothing at all has
/// been heard since a message was sent a second ago, or where the destination is known to be dead, a kept timeout teaches nothing, and messages go by the
/// measured one again (doubled from resend to resend) until something is heard.
/// </summary>
/// <param name="backoff">How it grows from resend to resend, and when it proved too short; null: it doubles, up to 60 s.</param>
public sealed class RetransmissionTimer(BackoffSpec? backoff = null)
{
    private static readonly Duration Initial = Duration.FromSeconds(1), Longest = Duration.FromSeconds(60), Granularity = Duration.FromMilliseconds(1);

    private double smoothed, variation; // SRTT and RTTVAR, in nanoseconds
    private bool measured, silent;
    private Duration kept; // the backed-off timeout; zero for none
    private Instant? heard;

    /// <summary>Whether anything has been measured.</summary>
    public bool IsMeasured => measured;

    /// <summary>The timeout that measurements give (RTO): 1 s before the first.</summary>
    public Duration Current { get; private set; } = Initial;

    /// <summary>Takes a measured round trip into account; what was backed off is forgotten.</summary>
    /// <param name="rtt">From the sending of an attempt to its acknowledgement.</param>
    /// <param name="now">When that came.</param>
    public void Sample(Duration rtt, Instant now = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rtt, Duration.Zero);
        (heard, silent, kept) = (now, false, Duration.Zero);
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

    /// <summary>How long to wait for the acknowledgement of an attempt that is sent now.</summary>
    /// <param name="attempt">0 for the first sending, then the resend's number.</param>
    public Duration Wait(int attempt)
    {
        Duration own = Grown(Current, attempt);
        return kept > own ? kept : own;
    }

    /// <summary>An attempt was not acknowledged in time.</summary>
    /// <param name="waited">How long it was waited for.</param>
    /// <param name="since">When its message was first sent there.</param>
    /// <param name="now">The present.</param>
    public void Expired(Duration waited, Instant since, Instant now)
    {
        if (now - since >= Initial && (heard is not { } last || last < since))
            Silence();
        Duration grown = Grown(waited, 1);
        if (!silent && grown > kept) // of many messages that expire together the first doubles it
            kept = grown;
    }

    /// <summary>The destination is known to be dead: its silence says nothing of the time a round trip takes.</summary>
    public void Silence() => (silent, kept) = (true, Duration.Zero);

    private Duration Grown(Duration rto, int attempt) => backoff?.Grown(rto < Longest ? rto : Longest, attempt) ?? Backoff(rto, attempt);

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
