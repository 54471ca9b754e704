using System.Globalization;
using System.Text;
using LayerShuffle.Core.Files;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Summaries;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Folders;
using LayerShuffle.Runs.Options;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Runs;

/// <summary>
/// One scenario under many seeds: a run of its own for each, in a folder of its own (<c>seed-7</c>), as <c>--seed 7</c> would have made it. Beside them
/// <c>seeds.csv</c> has the rows of all their <c>conditions.csv</c>.
/// </summary>
/// <param name="options">What is asked for; where results go is the folder of all seeds.</param>
/// <param name="seeds">The seeds.</param>
/// <param name="log">Told of what happens.</param>
public sealed class SeedRuns(RunOptions options, SeedRange seeds, IRunLog log)
{
    /// <summary>The rows of all seeds.</summary>
    public const string RowsFile = "seeds.csv";

    private readonly List<(long Seed, RunOutcome Outcome)> finished = [];

    /// <summary>Runs them, one after the other; the first that fails is the last.</summary>
    /// <param name="scenario">The scenario's name.</param>
    /// <param name="cancellation">Stops it; what is finished stays.</param>
    /// <param name="show">Shows the outcome; null: it is not shown.</param>
    /// <param name="interrupted">The exit code of a run that is stopped.</param>
    public SeedsOutcome Execute(string scenario, CancellationToken cancellation = default, Action<SeedsOutcome>? show = null, Func<int>? interrupted = null)
    {
        string folder = options.Resume ?? options.Output ?? OutputFolder.Unused(scenario, options.Time);
        if (options.Resume is null && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new UsageException($"{folder} exists and is not empty; results are never overwritten. Name another --output, or go on with what is there: "
                + $"--resume {ShellWords.Quote(folder)}");
        foreach (long seed in seeds.All)
        {
            cancellation.ThrowIfCancellationRequested();
            string own = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"seed-{seed}"));
            bool goesOn = options.Resume is not null && File.Exists(Path.Combine(own, "scenario.yaml"));
            RunOptions asked = options with { Seed = seed, Output = goesOn ? null : own, Resume = goesOn ? own : null };
            try
            {
                finished.Add((seed, RunPlan.Load(asked).Execute(log, cancellation, null, interrupted)));
            }
            catch (Exception e) when (e is not UsageException)
            {
                Stopped(folder);
                throw;
            }
        }

        WriteRows(folder);
        var outcome = new SeedsOutcome(folder, finished, Together());
        show?.Invoke(outcome);
        return outcome;
    }

    private void Stopped(string folder)
    {
        if (finished.Count > 0)
            WriteRows(folder);
        if (options.Again.Count > 0)
            log.Line(string.Create(CultureInfo.InvariantCulture, $"{finished.Count} of {seeds.Count} seeds are finished; go on with all of them: ")
                + ShellWords.Join([.. options.Again, "--seeds", seeds.ToString(), .. Directory.Exists(folder) ? (string[])["--resume", folder] : []]));
    }

    private void WriteRows(string folder) => Disk.Replace(Path.Combine(folder, RowsFile), stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        for (int i = 0; i < finished.Count; i++)
        {
            foreach (string line in File.ReadLines(Path.Combine(finished[i].Outcome.Folder, ResultsFiles.Conditions)).Skip(i == 0 ? 0 : 1))
                writer.WriteLine(line);
        }
    });

    /// <summary>The trials of all seeds as if they were repeats, and trainings, of one run.</summary>
    private IReadOnlyList<ResultGroup> Together()
    {
        int repeats = finished.Max(run => run.Outcome.Trials.Max(trial => trial.Key.Repeat)) + 1;
        int trainings = finished.Max(run => run.Outcome.Trials.Max(trial => trial.Key.TrainingSeed)) + 1;
        return ResultGroup.Of(finished.SelectMany((run, i) => run.Outcome.Trials.Select(trial => trial with
        {
            Key = trial.Key with
            {
                Repeat = (i * repeats) + trial.Key.Repeat,
                TrainingSeed = trial.HasModel ? (i * trainings) + trial.Key.TrainingSeed : trial.Key.TrainingSeed,
            },
        })));
    }
}

/// <summary>What runs under many seeds have measured.</summary>
/// <param name="Folder">The folder that holds theirs.</param>
/// <param name="Runs">Seeds and outcomes, in order.</param>
/// <param name="Groups">The trials of equal model, policy and condition together, of all seeds.</param>
public sealed record SeedsOutcome(string Folder, IReadOnlyList<(long Seed, RunOutcome Outcome)> Runs, IReadOnlyList<ResultGroup> Groups)
{
    /// <summary>The runs in which an expectation does not hold.</summary>
    public IReadOnlyList<(long Seed, RunOutcome Outcome)> Failed => [.. Runs.Where(run => run.Outcome.End != RunEnd.Done)];

    /// <summary>The exit code of a program that ran them.</summary>
    public int ExitCode => Failed.Count == 0 ? ExitCodes.Done : ExitCodes.ExpectationFailed;
}
