using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Results.Recoveries;

namespace LayerShuffle.Runs.Backends;

/// <summary>What a training on the virtual clock lost to what it met: a function of that, and of its losses.</summary>
internal static class MetTally
{
    /// <summary>What a training is about to meet, for the end of a sentence.</summary>
    public static string Words(MetTraining? met)
    {
        if (met is null)
            return "";
        int hit = met.Steps.Count(step => step.Missed.Length > 0 || step.Attempts > 1);
        return FormattableString.Invariant($"; in the virtual cluster its {met.Steps.Count} steps take {met.Trial.Length}, and {hit} of them are hit: ")
            + FormattableString.Invariant($"{met.Steps.Sum(step => step.Missed.Length)} layers skipped, {met.Steps.Sum(step => step.Attempts - 1)} attempts ")
            + FormattableString.Invariant($"repeated, {met.Changes.Count} layers lose their weights");
    }

    /// <summary>What it comes to.</summary>
    /// <param name="met">What it met.</param>
    /// <param name="losses">The loss of each step that was done.</param>
    public static TrainingTally Of(MetTraining met, IReadOnlyList<double> losses)
    {
        MetStep[] steps = [.. met.Steps.Take(losses.Count)];
        Instant end = steps.Length > 0 ? steps[^1].Ends : Instant.Zero;
        var throughput = new Throughput([.. steps.Select(step => (step.Ends, 1))], Instant.Zero);
        RequestRecord[] failed = [.. met.Trial.Requests.Where(attempt => attempt.Outcome != RequestOutcome.Completed && attempt.Submitted < end)];
        TrainingOptions options = met.Outline.Options;
        OutageRecord[] outages = [.. OutageFinder.Of(met.Trial.Ledger, met.Trial.Domains).Where(one => one.Down < end).Select(Tell)];
        return TrainingAccount.Tally(outages, [.. steps.Select(step => step.Ends)], end, options.BatchSize * options.Accumulation, failed.Length);

        OutageRecord Tell(OutageRecord found)
        {
            OutageRecord one = found.Serving > end ? found with { Serving = null } : found;
            int? back = one.Serving is { } serving ? steps.Count(step => step.Ends < serving) : null;
            return one with
            {
                Recovered = throughput.Back(one.Down),
                StepsLost = back is { } at && met.GoesBack && met.Changes.Any(change => change.At == one.Serving) ? at - met.Outline.Saved(at) : 0,
                StepsRepeated = failed.Count(attempt => attempt.Ended > one.Down && !(attempt.Submitted >= one.Serving)),
                StepsToRegain = back is { } from ? TrainingAccount.Regained(losses, steps.Count(step => step.Ends <= one.Down), from) : null,
            };
        }
    }
}
