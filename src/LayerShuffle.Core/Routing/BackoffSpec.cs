using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Routing;

/// <summary>How the time that an acknowledgement is waited for grows from resend to resend of one hop.</summary>
/// <param name="Factor">Each wait is so many times the one before it.</param>
/// <param name="Max">No wait is longer than this; null: no limit of its own.</param>
/// <param name="Jitter">Each wait is drawn evenly between so much less and so much more.</param>
public sealed record BackoffSpec(double Factor, Duration? Max, double Jitter)
{
    /// <summary>The wait for an attempt before its jitter.</summary>
    /// <param name="timeout">The wait for the first sending.</param>
    /// <param name="attempt">0 for the first sending, then the resend's number.</param>
    public Duration Grown(Duration timeout, int attempt)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(attempt);
        return Limited(attempt == 0 ? timeout : timeout * Math.Pow(Factor, attempt));
    }

    /// <summary>A wait with its jitter.</summary>
    /// <param name="wait">What <see cref="Grown"/> gave.</param>
    /// <param name="uniform">A draw from [0, 1).</param>
    public Duration Jittered(Duration wait, double uniform) => Limited(wait * (1 + (Jitter * ((2 * uniform) - 1))));

    private Duration Limited(Duration wait) => Max is { } most && wait > most ? most : wait;
}
