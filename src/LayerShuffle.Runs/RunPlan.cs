using LayerShuffle.Results.Metrics;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Images;
using LayerShuffle.Runs.Models;
using LayerShuffle.Runs.Options;
using LayerShuffle.Runs.Plans;
using LayerShuffle.Runs.Reporting;
using LayerShuffle.Runs.Telling;
using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Runs;

/// <summary>A scenario that was read, checked and expanded into trials. It can be executed in any process:</summary>
/// <example>
/// <code>
/// RunPlan plan = RunPlan.Load(new RunOptions { Scenario = "scenarios/network-only.yaml", Output = "out" });
/// RunOutcome outcome = plan.Execute();
/// foreach (ResultGroup group in outcome.Groups)
///     Console.WriteLine($"{group.Name}: {MetricSummary.Of(group, "completion").Mean}");
/// </code>
/// </example>
public sealed class RunPlan
{
    private readonly RunOptions options;
    private readonly ScenarioLoadResult loaded;
    private readonly TrialSelection? selection;
    private readonly IReadOnlyList<PlannedTrial> all;

    private RunPlan(RunOptions options, ScenarioLoadResult loaded, IReadOnlyList<string> mistakes, TrialSelection? selection,
        IReadOnlyList<PlannedTrial> all)
    {
        (this.options, this.loaded, this.selection, this.all) = (options, loaded, selection, all);
        (Mistakes, Trials) = (mistakes, [.. all.Where(trial => selection is null || selection.Holds(trial))]);
    }

    /// <summary>What is wrong with the scenario, with file, line and column; a plan with mistakes cannot be executed.</summary>
    public IReadOnlyList<string> Mistakes { get; }

    /// <summary>What may be wrong with it.</summary>
    public IReadOnlyList<string> Warnings => [.. loaded.Warnings.Select(warning => warning.ToString())];

    /// <summary>Whether the file itself is in order; if it is and there are mistakes, they are those of the checkpoints that it names.</summary>
    public bool IsRead => loaded is { Scenario: not null, Mistakes.Count: 0 };

    /// <summary>The scenario, with what the options override.</summary>
    /// <exception cref="UsageException">It has mistakes.</exception>
    public Scenario Scenario => IsRead ? loaded.Scenario! : throw new UsageException(string.Join(Environment.NewLine, Mistakes));

    /// <summary>The trials that are to be run, in order.</summary>
    public IReadOnlyList<PlannedTrial> Trials { get; }

    /// <summary>How many trials the scenario has.</summary>
    internal int AllTrials => all.Count;

    /// <summary>The trials of a folder: those that are to be run and others that it holds, in order. A whole folder may be resumed for a part.</summary>
    internal IReadOnlyList<PlannedTrial> With(IReadOnlyList<TrialData> there)
    {
        HashSet<int> have = [.. there.Select(trial => trial.Key.Trial)];
        return [.. all.Where(trial => selection is null || selection.Holds(trial) || have.Contains(trial.Spec.Key.Trial))];
    }

    /// <summary>Reads a scenario. Nothing is written.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="log">Told of warnings; null: nobody is.</param>
    /// <exception cref="UsageException">The options ask for what cannot be, or what the scenario does not have.</exception>
    public static RunPlan Load(RunOptions options, IRunLog? log = null)
    {
        _ = Devices.Parse(options.Device); // usage first
        ScenarioLoadResult loaded = ScenarioLoader.Load(options.Scenario, options.Sets, options.Seed, options.Threads);
        foreach (Mistake warning in loaded.Warnings)
            log?.Line($"warning: {warning}");
        if (loaded.Scenario is not { } scenario || loaded.Mistakes.Count > 0)
            return new RunPlan(options, loaded, [.. loaded.Mistakes.Select(mistake => mistake.ToString())], null, []);
        options.Cluster.Check(scenario);
        if (options.CheckDeterminism && scenario.Clock == ScenarioClock.Wall)
            throw new UsageException("--check-determinism needs `clock: virtual`: real time never does the same twice.");
        if (options.Trainings > 1 && scenario.Clock == ScenarioClock.Wall)
            throw new UsageException($"--trainings {options.Trainings} needs `clock: virtual`: a cluster trains one model at a time.");
        IReadOnlyList<string> imports = ImportCheck.Find(scenario).Mistakes; // before anything is written or trained
        if (imports.Count > 0)
            return new RunPlan(options, loaded, [.. imports.Select(mistake => $"{options.Scenario}: {mistake}")], null, []);
        TrialSelection selection = TrialSelection.Parse(options.Only, scenario);
        return new RunPlan(options, loaded, [], selection, [.. ScenarioExpander.Plan(scenario)]);
    }

    /// <summary>What would happen, without doing it: the effective scenario, trials, faults, trainings, and what can be computed beforehand.</summary>
    /// <param name="log">Told of what was found where the images lie; null: nobody is.</param>
    /// <returns>Lines for people.</returns>
    public IEnumerable<string> Foretell(IRunLog? log = null)
    {
        log ??= new SilentLog();
        RunExecution.Tell(DatasetReport.Inspect(Scenario), log);
        foreach (string line in DryRun.Lines(loaded.EffectiveYaml, Scenario, Trials))
            yield return line;
        foreach (string line in DryRun.Models(Scenario, Trials, options, new ModelStore(say: log.Line)))
            yield return line;
    }

    /// <summary>
    /// Runs it on this thread: models first, then trials, each of which is in the folder when it is finished. Only one run of a process may compute at a time:
    /// libtorch's threads are the process's.
    /// </summary>
    /// <param name="log">Told of what happens; null: nobody is.</param>
    /// <param name="cancellation">Stops it; what is finished stays.</param>
    /// <param name="show">Shows the outcome while the run still holds its folder; if it throws, <c>run.json</c> says so. Null: it is not shown.</param>
    /// <param name="interrupted">The exit code that <c>run.json</c> tells of a run that was stopped; null: that of Ctrl-C.</param>
    /// <exception cref="UsageException">The plan has mistakes, or the options ask for what cannot be.</exception>
    /// <exception cref="RunFailedException">It cannot be done here.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public RunOutcome Execute(IRunLog? log = null, CancellationToken cancellation = default, Action<RunOutcome>? show = null, Func<int>? interrupted = null)
    {
        if (selection is null)
            throw new UsageException(string.Join(Environment.NewLine, Mistakes));
        if (!Scenario.NetworkOnly)
        {
            TorchFiles.Need();
            if (Devices.Parse(options.Device) is not null)
                Devices.Need(options.Device);
        }

        using ClusterSecurity security = ClusterSecurity.For(options.Cluster.Security);
        var access = new ClusterAccess(options.Cluster, security, options.Cluster.ListenEndPoint(security.IsGiven)); // before anything is written
        var shared = new SharedText(loaded.Paths, Directory.GetCurrentDirectory());
        return new RunExecution(this, options, loaded.EffectiveYaml, shared, selection, access, log ?? new SilentLog(),
            interrupted ?? (() => ExitCodes.Interrupted)).Execute(show, cancellation);
    }
}
