using System.Globalization;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Cluster.Wall;

/// <summary>What a busy machine has done to a trial on the wall clock: how far what happened is from what the scenario asks for.</summary>
/// <param name="Latest">The fault event that struck latest after its time, in words; null if none was asked for.</param>
/// <param name="FaultLate">How much later than asked for it struck.</param>
/// <param name="TimerLate">How much later than asked for a timer of the coordinator fired, at most.</param>
/// <param name="Unexplained">Messages that were sent again, where no loss, no fault and no timeout shorter than the way explains one; null where something
/// does.</param>
public sealed record TrialStrain(string? Latest, Duration FaultLate, Duration TimerLate, long? Unexplained)
{
    private static readonly Duration FaultTolerance = Duration.FromSeconds(1), TimerTolerance = Duration.FromMilliseconds(500);

    /// <summary>The first timeout where it adapts (RFC 6298).</summary>
    private static readonly Duration FirstTimeout = Duration.FromSeconds(1);

    /// <summary>Whether a reader of the results should know.</summary>
    public bool IsNoticeable => FaultLate > FaultTolerance || TimerLate > TimerTolerance || Unexplained > 0;

    /// <summary>Measures a trial.</summary>
    /// <param name="spec">What was asked for.</param>
    /// <param name="ledger">What happened.</param>
    /// <param name="resends">Messages that were sent again, but for second copies of hedged hops, which nothing need explain.</param>
    /// <param name="timerLate">How late a timer of the coordinator was, at most.</param>
    public static TrialStrain Of(TrialSpec spec, IReadOnlyList<LedgerEntry> ledger, long resends, Duration timerLate)
    {
        LedgerEntry? latest = ledger.Where(entry => entry.Requested is not null).MaxBy(entry => entry.Time - entry.Requested!.Value);
        return new TrialStrain(
            latest is null ? null : $"{latest.Fault} ({latest.Kind}, {latest.Effect}) on {latest.Target}",
            latest is null || latest.Time < latest.Requested!.Value ? Duration.Zero : latest.Time - latest.Requested!.Value,
            timerLate,
            ledger.Count > 0 || MayResend(spec) ? null : resends);
    }

    /// <summary>The figures in a sentence.</summary>
    public string Warning()
    {
        var figures = new List<string>();
        if (FaultLate > FaultTolerance)
            figures.Add($"{Latest} struck {Seconds(FaultLate)} after its time");
        if (Unexplained > 0)
            figures.Add($"{Unexplained} message{(Unexplained == 1 ? " was" : "s were")} sent again though nothing was lost");
        if (TimerLate > TimerTolerance)
            figures.Add($"the coordinator's own timers were up to {Seconds(TimerLate)} late");
        return $"the machine was too busy for real time: {string.Join("; ", figures)}. Times of this trial are partly the machine's. Use `clock: virtual`, "
            + "fewer nodes for each core, or a machine with nothing else to do.";
    }

    /// <summary>Whether something in the scenario may have messages sent again on a machine with time to spare.</summary>
    private static bool MayResend(TrialSpec spec)
    {
        LinkConditions[] links = [spec.Network.Default, .. spec.Network.Links.Select(link => spec.Network.Default.With(link.Set))];
        Duration way = links.Max(link => link.Latency.Mean);
        return spec.Faults.Count > 0 || spec.Cluster.SharesRates || links.Any(link => link.Trace is not null)
            || links.Any(link => link.Loses || link.Corrupt > 0 || link.BandwidthBytesPerSecond is not null || link.Latency.Kind != DelayKind.Constant)
            || (spec.Routing.Timeout ?? FirstTimeout) < way + way + Duration.FromMilliseconds(100);
    }

    private static string Seconds(Duration duration) => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s");
}
