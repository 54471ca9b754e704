using System.Globalization;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Runs;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Cli.Terminal;

/// <summary>What to do when a run has ended, as a line that can be pasted.</summary>
internal static class NextStep
{
    /// <summary>The journey of the slowest traced request of the trial that went worst; a comparison where nothing is traced.</summary>
    /// <param name="outcome">The run.</param>
    /// <param name="traced">How many requests of each trial are traced.</param>
    /// <param name="started">The words that start the program.</param>
    public static string After(RunOutcome outcome, int traced, IReadOnlyList<string> started)
    {
        if (traced == 0 || outcome.Trials.All(trial => trial.Images.Length == 0))
            return ShellWords.Join([.. started, "compare", outcome.Folder]) + " ANOTHER-RUN";
        TrialData worst = outcome.Trials.Where(trial => trial.Images.Length > 0)
            .MinBy(trial => (trial.Metrics.Top1 ?? trial.Metrics.Completion, trial.Key.Trial))!;
        int[] requests = [.. Enumerable.Range(0, worst.Images.Length).Where(i => worst.FirstRequest + i < traced)];
        int request = requests.Length == 0 ? 0
            : worst.FirstRequest + requests.MaxBy(i => double.IsNaN(worst.LatencyMs[i]) ? double.PositiveInfinity : worst.LatencyMs[i]);
        return ShellWords.Join([.. started, "explain", outcome.Folder, "--request", request.ToString(CultureInfo.InvariantCulture), .. Which(outcome, worst)]);
    }

    /// <summary>What tells a trial from the others.</summary>
    private static IEnumerable<string> Which(RunOutcome outcome, TrialData trial)
    {
        if (Differ(other => other.Key.Condition))
            yield return $"--condition={trial.Key.Condition}";
        if (Differ(other => other.Key.Model))
            yield return $"--model={trial.Key.Model}";
        if (Differ(other => other.Key.Policy))
            yield return $"--policy={trial.Key.Policy}";
        if (Differ(other => other.Key.Repeat))
            yield return string.Create(CultureInfo.InvariantCulture, $"--repeat={trial.Key.Repeat}");
        if (Differ(other => other.Key.TrainingSeed))
            yield return string.Create(CultureInfo.InvariantCulture, $"--training-seed={trial.Key.TrainingSeed}");

        bool Differ<T>(Func<TrialData, T> of) => outcome.Trials.Select(of).Distinct().Count() > 1;
    }
}
