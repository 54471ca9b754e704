using LayerShuffle.Core.Time;
using LayerShuffle.Core.Workloads;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// Tells when a trial in real time stands still, as the virtual clock does when no event is left: every request has a deadline, and the next is due when its
/// arrival or the outcome before it says, so what is long overdue will not come any more. A coordinator that is merely busy is not taken for dead: only a pause
/// that outlasts any excuse ends the trial while it says nothing.
/// </summary>
internal sealed class TrialWatchdog(int requests, Duration deadline, ArrivalSchedule? arrivals)
{
    /// <summary>How much later than due something counts as overdue.</summary>
    public static readonly Duration Margin = Duration.FromSeconds(5);

    /// <summary>Calls of <see cref="Poll"/> in a row, a second apart, that find the same overdue while the coordinator answers.</summary>
    public const int Strikes = 5;

    /// <summary>And while it does not answer.</summary>
    public const int SilentStrikes = 300;

    private readonly Lock gate = new();
    private readonly Queue<(int Request, Instant Due)> open = new(); // by deadline; those that have their outcome leave when they are first
    private readonly HashSet<int> ended = []; // of those in the queue; membership only
    private Instant lastOutcome;
    private int begun, outcomes, seenBegun, seenOutcomes, strikes, silent;

    /// <summary>A request is submitted.</summary>
    public void Begun(int request, Instant now)
    {
        lock (gate)
        {
            begun++;
            open.Enqueue((request, now + deadline));
        }
    }

    /// <summary>A request has its outcome.</summary>
    public void Ended(int request, Instant now)
    {
        lock (gate)
        {
            outcomes++;
            lastOutcome = now;
            ended.Add(request);
            while (open.TryPeek(out (int Request, Instant Due) first) && ended.Remove(first.Request))
                open.Dequeue();
        }
    }

    /// <summary>To be called about every second.</summary>
    /// <param name="now">The trial's time.</param>
    /// <param name="answered">Whether the coordinator has answered since the last call.</param>
    /// <returns>What will not come any more, in a sentence; null while there is hope.</returns>
    public string? Poll(Instant now, bool answered)
    {
        lock (gate)
        {
            string? overdue = Overdue(now);
            bool moved = (begun, outcomes) != (seenBegun, seenOutcomes);
            (seenBegun, seenOutcomes) = (begun, outcomes);
            if (overdue is null || moved)
                (strikes, silent) = (0, 0);
            else if (answered)
                strikes++;
            else
                silent++;
            return strikes >= Strikes ? overdue
                : silent >= SilentStrikes ? $"The coordinator's actor has not answered for {silent} s. {overdue}"
                : null;
        }
    }

    private string? Overdue(Instant now)
    {
        if (open.TryPeek(out (int Request, Instant Due) first) && now > first.Due + Margin)
            return FormattableString.Invariant($"Request {first.Request} should have had an outcome by {first.Due.TotalSeconds:0.###} s at the latest, and it ")
                + FormattableString.Invariant($"is {now.TotalSeconds:0.###} s.");
        if (begun == requests || (arrivals is null && open.Count > 0))
            return null;
        Instant due = arrivals?.At(begun) ?? lastOutcome;
        return now > due + Margin
            ? FormattableString.Invariant($"Request {begun} should have been submitted at {due.TotalSeconds:0.###} s, and it is {now.TotalSeconds:0.###} s.")
            : null;
    }
}
