namespace LayerShuffle.Report.Reading;

/// <summary>A fault that was in force for a while.</summary>
/// <param name="FromMs">When it began.</param>
/// <param name="ToMs">When it was over.</param>
/// <param name="Target">What it struck.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Fault">Its name.</param>
public sealed record Strike(double FromMs, double ToMs, string Target, string Kind, string Fault)
{
    /// <summary>What was in force in a trial, by its ledger; what nobody ended lasts until the trial's end.</summary>
    public static IReadOnlyList<Strike> Of(RunFolder run, int trial, double end)
    {
        var strikes = new List<Strike>();
        var open = new Dictionary<(string, string), LedgerRow>();
        foreach (var entry in run.Ledger.Where(entry => entry.Trial == trial))
        {
            var key = (entry.Fault, entry.Target);
            if (entry.Effect == "began")
            {
                open.TryAdd(key, entry);
            }
            else if (entry.LastedMs is not null || entry.Effect is "ended" or "restarted" or "still_down" or "still_paused" or "not_paused")
            {
                var from = open.Remove(key, out var began) ? began.TimeMs : entry.TimeMs - (entry.LastedMs ?? 0);
                strikes.Add(From(entry, from, Math.Min(end, entry.TimeMs)));
            }
        }

        strikes.AddRange(open.Values.Select(entry => From(entry, entry.TimeMs, end)));
        return [.. strikes.Where(strike => strike.ToMs > strike.FromMs).OrderBy(strike => strike.FromMs)];

        static Strike From(LedgerRow entry, double from, double to) => new(from, to, entry.Target, entry.Kind, entry.Fault);
    }
}
