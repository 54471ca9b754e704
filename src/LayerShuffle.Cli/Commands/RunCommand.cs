using System.CommandLine;
using LayerShuffle.Cli.Terminal;
using LayerShuffle.Runs;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Options;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Cli.Commands;

/// <summary><c>run</c>: a scenario from training to CSV.</summary>
internal static class RunCommand
{
    /// <summary>Its name.</summary>
    public const string Name = "run";

    public static Command Create(Surroundings surroundings)
    {
        var switches = new RunSwitches();
        var command = new Command(Name,
            "Runs a scenario: trains its models, measures them under every condition, writes CSV. All keys of a scenario: `schema --table`.");
        switches.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            RunOptions options = switches.Read(parsed, surroundings);
            RunLog log = CommandLine.Log(parsed, surroundings);
            SeedRange? seeds = switches.Seeds(parsed);
            ReportAtEnd? report = switches.Draws(parsed, surroundings) ? new ReportAtEnd(log) : null;
            if (report is not null)
                options = options with { Over = report.Draw };
            // One thread of its own: the kernel, the actors and libtorch's thread team all live on it.
            return Task.Factory.StartNew(() =>
                {
                    using var signals = new StopSignals(log.Line, surroundings.Time, listen: surroundings.OwnsProcess);
                    using RunWatch? watch = RunWatch.Start(switches.IsDryRun(parsed) ? null : switches.Watch(parsed), log, surroundings.Time);
                    return watch is null ? Go() : watch.Through(Go, () => report?.Page, signals);

                    int Go()
                    {
                        (string?, string?) exports = (switches.Metrics(parsed), switches.Traces(parsed));
                        int code = Run(options, seeds, exports, switches.IsDryRun(parsed), log, surroundings, signals);
                        report?.Show(surroundings.Output);
                        return code;
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning, TaskScheduler.Default);
        });
        return command;
    }

    private static int Run(RunOptions options, SeedRange? seeds, (string? Metrics, string? Traces) exports, bool dryRun, RunLog log,
        Surroundings surroundings, StopSignals signals)
    {
        try
        {
            using IDisposable? metrics = MetricsExport.Start(exports.Metrics);
            return Run(options, seeds, dryRun, exports.Traces, surroundings, log, signals);
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            surroundings.Error.WriteLine("Interrupted.");
            return signals.ExitCode;
        }
    }

    private static int Run(RunOptions options, SeedRange? seeds, bool dryRun, string? traces, Surroundings surroundings, RunLog log, StopSignals signals)
    {
        RunPlan plan = RunPlan.Load(seeds is null ? options : options with { Seed = seeds.First }, log);
        if (plan.Mistakes.Count > 0)
        {
            foreach (string mistake in plan.Mistakes)
                surroundings.Error.WriteLine(mistake);
            if (!plan.IsRead)
                surroundings.Error.WriteLine($"{options.Scenario}: {plan.Mistakes.Count} mistake(s); nothing was run.");
            return ExitCodes.Invalid;
        }

        log.Watched?.Named(plan.Scenario.Name);
        using TracesExport? exported = TracesExport.Start(traces, plan.Scenario);
        if (dryRun)
        {
            foreach (string line in plan.Foretell(log))
                surroundings.Output.WriteLine(line);
            if (seeds is not null)
                surroundings.Output.WriteLine($"# and so for each of the seeds {seeds}");
            return ExitCodes.Done;
        }

        if (OpenFiles.Refusal(OpenFiles.Limit(), plan.Scenario.Clock == ScenarioClock.Wall ? plan.Scenario.Nodes.Count : 0) is { } tooFew)
            throw new RunFailedException(tooFew);
        if (seeds is not null)
            return new SeedRuns(options, seeds, log)
                .Execute(plan.Scenario.Name, signals.Token, outcome => Show(surroundings.Output, outcome, options), () => signals.ExitCode).ExitCode;
        RunOutcome done = plan.Execute(log, signals.Token, outcome => Show(surroundings.Output, outcome, options.Only), () => signals.ExitCode);
        log.Line($"Next: {NextStep.After(done, plan.Scenario.Trace, surroundings.Started)}");
        return done.ExitCode;
    }

    private static void Show(Screen output, SeedsOutcome outcome, RunOptions options)
    {
        ConditionTable.Print(output, outcome.Groups);
        output.WriteLine($"Results: {outcome.Folder}, a folder for each of {outcome.Runs.Count} seeds, and {SeedRuns.RowsFile} with the rows of all");
        if (outcome.Runs.All(run => run.Outcome.Expectations.Count == 0))
            return;
        foreach ((long seed, RunOutcome run) in outcome.Failed)
        {
            output.WriteLine(FormattableString.Invariant($"Seed {seed}:"));
            ExpectationLines.Print(output, [.. run.Expectations.Where(judged => !judged.LeftOut && !judged.Result.Holds)], options.Only);
        }

        output.WriteLine(FormattableString.Invariant($"All expectations hold under {outcome.Runs.Count - outcome.Failed.Count} of {outcome.Runs.Count} seeds")
            + (outcome.Failed.Count == 0 ? "." : $"; the first under which one does not: {options.SameAgain(outcome.Failed[0].Seed)}"));
    }

    private static void Show(Screen output, RunOutcome outcome, IReadOnlyList<string> only)
    {
        ConditionTable.Print(output, outcome.Groups, outcome.Objectives);
        output.WriteLine($"Results: {outcome.Folder}");
        LivenessLines.Print(output, outcome.Unhealed);
        ExpectationLines.Print(output, outcome.Expectations, only);
    }
}
