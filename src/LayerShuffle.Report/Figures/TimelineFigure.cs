using System.Globalization;
using LayerShuffle.Report.Reading;

namespace LayerShuffle.Report.Figures;

/// <summary>A trial over time: when requests completed and how long they took, how many a second, and what struck meanwhile.</summary>
internal static class TimelineFigure
{
    private const int MostPoints = 1500, FewestBins = 12, MostBins = 60, PerBin = 8, MostBands = 60, MostOutages = 3;

    /// <summary>The figure of a trial; null where its requests are not known.</summary>
    public static Figure? Of(RunFolder run, int trial)
    {
        if (!run.Requests.TryGetValue(trial, out var requests) || requests.Numbers.Count == 0)
            return null;
        var end = End(run, trial, requests);
        var (done, failed, left) = Points(requests, end);
        var bands = Bands(run, trial, end);
        List<string> notes = [];
        if (left > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{MostPoints} of {left + MostPoints} requests, evenly spread; the throughput counts all."));
        if (bands.Count > MostBands)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"The {MostBands} longest of {bands.Count} strikes are shaded."));
        notes.AddRange(Recovery(run, trial, requests));
        var scale = end > 10_000 ? 1000 : 1;
        return new Figure("timeline", "A trial over time")
        {
            Subtitle = Name(run, trial),
            X = new Axis(scale == 1000 ? "Time (s)" : "Time (ms)") { Min = 0, Max = end / scale },
            Panels =
            [
                new Panel(new Axis("Latency (ms)") { Min = 0 }, [Scaled(done, scale), .. failed.X.Count > 0 ? (Series[])[Scaled(failed, scale)] : []])
                    { Weight = 1.5 },
                new Panel(new Axis("Completed (1/s)") { Min = 0 }, [Scaled(Throughput(requests, end), scale)]),
            ],
            Bands = [.. bands.OrderByDescending(band => band.To - band.From).Take(MostBands).OrderBy(band => band.From)
                .Select(band => band with { From = band.From / scale, To = band.To / scale })],
            Notes = notes,
        };
    }

    /// <summary>How a trial is called.</summary>
    public static string Name(RunFolder run, int trial)
    {
        var group = run.GroupOf(trial);
        var key = group.Trials.First(own => own.Key.Trial == trial).Key;
        return LayerFigures.Name(run, group) + (group.Repeats > 1 ? string.Create(CultureInfo.InvariantCulture, $", repeat {key.Repeat}") : "")
            + (group.TrainingSeeds > 1 ? string.Create(CultureInfo.InvariantCulture, $", training seed {key.TrainingSeed}") : "");
    }

    /// <summary>The trials that say most: one of each group, those in which something struck or was lost first.</summary>
    public static IReadOnlyList<int> Telling(RunFolder run, int most)
    {
        var struck = run.Ledger.Where(entry => entry.Effect is not ("never_began" or "touched_nothing")).Select(entry => entry.Trial).ToHashSet();
        // Of a run that goes on the requests of the last trial alone are known, whichever repeat it is.
        return [.. run.Groups.Select((group, i) => (i, Trial: group.Trials.Where(trial => run.Requests.ContainsKey(trial.Key.Trial))
                .OrderBy(trial => trial.Key.Repeat).ThenBy(trial => trial.Key.TrainingSeed).FirstOrDefault()))
            .Where(pair => pair.Trial is not null)
            .Select(pair => (pair.i, Number: pair.Trial!.Key.Trial, Score: (struck.Contains(pair.Trial.Key.Trial) ? 4 : 0)
                + (pair.Trial.Metrics.Failed > 0 ? 2 : 0) + (pair.Trial.Metrics.LayersSkippedMean > 0 || pair.Trial.Metrics.Retries > 0 ? 1 : 0)))
            .OrderByDescending(trial => trial.Score).ThenBy(trial => trial.i).Take(most).Select(trial => trial.Number)];
    }

    /// <summary>The stretches in which faults were in force, a colour for each fault.</summary>
    private static List<Band> Bands(RunFolder run, int trial, double end)
    {
        var strikes = Strike.Of(run, trial, end);
        string[] faults = [.. strikes.Select(strike => strike.Fault).Distinct(StringComparer.Ordinal)];
        var targets = strikes.GroupBy(strike => (strike.Fault, strike.Kind)).ToDictionary(same => same.Key,
            same => same.Select(strike => strike.Target).Distinct(StringComparer.Ordinal).Count());
        return [.. strikes.Select(strike => (Strike: strike, Name: strike.Fault.Length > 0 ? $"{strike.Fault}: {strike.Kind} of " : $"{strike.Kind} of ",
            Targets: targets[(strike.Fault, strike.Kind)])).Select(pair => new Band(pair.Strike.FromMs, pair.Strike.ToMs,
            Words.Shown(pair.Name + pair.Strike.Target), 1 + (Array.IndexOf(faults, pair.Strike.Fault) % (Palette.Most - 1)))
            {
                Legend = Words.Shown(pair.Name + (pair.Targets > 1 ? $"{pair.Targets} targets" : pair.Strike.Target)),
            })];
    }

    /// <summary>When the last thing happened.</summary>
    public static double End(RunFolder run, int trial, TrialRequests requests)
    {
        var end = 0.0;
        for (var i = 0; i < requests.Numbers.Count; i++)
            end = Math.Max(end, requests.SubmittedMs[i] + (double.IsFinite(requests.LatencyMs[i]) ? requests.LatencyMs[i] : 0));
        var duration = run.Trials.First(own => own.Key.Trial == trial).Metrics.DurationS * 1000;
        return Math.Max(Math.Max(end, duration), 1);
    }

    private static (Series Done, Series Failed, int Left) Points(TrialRequests requests, double end)
    {
        var count = requests.Numbers.Count;
        var step = Math.Max(1, count / (double)MostPoints);
        List<double> x = [], y = [], crossX = [], crossY = [];
        for (var at = 0.0; at < count; at += step)
        {
            var i = (int)at;
            if (double.IsFinite(requests.LatencyMs[i]))
            {
                x.Add(requests.SubmittedMs[i] + requests.LatencyMs[i]);
                y.Add(requests.LatencyMs[i]);
            }
            else
            {
                crossX.Add(Math.Min(end, requests.SubmittedMs[i]));
                crossY.Add(0);
            }
        }

        return (new Series("completed", Look.Dots, 0, x, y), new Series("failed, when submitted", Look.Crosses, 1, crossX, crossY),
            Math.Max(0, count - MostPoints));
    }

    private static Series Throughput(TrialRequests requests, double end)
    {
        // So many of them in a bin that it shows the rate, and not who comes back when.
        var bins = Math.Clamp(requests.LatencyMs.Count(double.IsFinite) / PerBin, FewestBins, MostBins);
        var counts = new double[bins];
        for (var i = 0; i < requests.Numbers.Count; i++)
        {
            if (double.IsFinite(requests.LatencyMs[i]))
                counts[Math.Min(bins - 1, (int)((requests.SubmittedMs[i] + requests.LatencyMs[i]) / end * bins))]++;
        }

        return new Series("", Look.Steps, 2, [.. Enumerable.Range(0, bins + 1).Select(i => i * end / bins)],
            [.. counts.Append(counts[^1]).Select(count => count / (end / bins / 1000))]);
    }

    private static Series Scaled(Series series, double scale) => series with { X = [.. series.X.Select(x => x / scale)] };

    /// <summary>What the first outages of a trial came to.</summary>
    private static IEnumerable<string> Recovery(RunFolder run, int trial, TrialRequests requests)
    {
        List<RecoveryRow> outages = [.. run.Recovery.Where(row => row.Trial == trial)];
        foreach (var row in outages.Take(MostOutages))
            yield return Words.Shown($"{row.Target} down ({row.Fault}) at {Words.Number(row.DownMs)} ms: {Since(row, row.DetectedMs, "noticed")}, "
                + $"{Since(row, row.ServingMs, "its layers served again")}; {Throughput(row, requests)}.");
        if (outages.Count > MostOutages)
            yield return $"The first {MostOutages} of {outages.Count} outages; the table of recovery has all.";
    }

    private static string Since(RecoveryRow row, double? ms, string what) =>
        ms - row.DownMs is { } later ? $"{what} after {Words.Number(later)} ms" : what.StartsWith("its", StringComparison.Ordinal)
            ? "its layers not served again in this trial" : $"not {what}";

    private static string Throughput(RecoveryRow row, TrialRequests requests)
    {
        if (row.RecoveredMs - row.DownMs is { } later)
            return later == 0 ? "throughput did not fall" : $"throughput back after {Words.Number(later)} ms";
        var before = Enumerable.Range(requests.WarmUp, requests.Numbers.Count - requests.WarmUp)
            .Any(i => requests.SubmittedMs[i] + requests.LatencyMs[i] <= row.DownMs);
        return before ? "throughput not back in this trial" : "no throughput before it to compare with";
    }
}
