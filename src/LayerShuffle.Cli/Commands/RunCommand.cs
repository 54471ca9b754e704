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
            // One thread of its own: the kernel, the actors and libtorch's thread team all live on it.
            return Task.Factory.StartNew(() => Run(options, switches.Metrics(parsed), switches.IsDryRun(parsed), log, surroundings), CancellationToken.None,
                TaskCreationOptions.LongRunning, TaskScheduler.Default);
        });
        return command;
    }

    private static int Run(RunOptions options, string? metrics, bool dryRun, RunLog log, Surroundings surroundings)
    {
        using var signals = new StopSignals(log.Line, surroundings.Time, listen: surroundings.OwnsProcess);
        try
        {
            using IDisposable? export = MetricsExport.Start(metrics);
            return Run(options, dryRun, surroundings, log, signals);
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            surroundings.Error.WriteLine("Interrupted.");
            return signals.ExitCode;
        }
    }

    private static int Run(RunOptions options, bool dryRun, Surroundings surroundings, RunLog log, StopSignals signals)
    {
        RunPlan plan = RunPlan.Load(options, log);
        if (plan.Mistakes.Count > 0)
        {
            foreach (string mistake in plan.Mistakes)
                surroundings.Error.WriteLine(mistake);
            if (!plan.IsRead)
                surroundings.Error.WriteLine($"{options.Scenario}: {plan.Mistakes.Count} mistake(s); nothing was run.");
            return ExitCodes.Invalid;
        }

        if (dryRun)
        {
            foreach (string line in plan.Foretell(log))
                surroundings.Output.WriteLine(line);
            return ExitCodes.Done;
        }

        if (OpenFiles.Refusal(OpenFiles.Limit(), plan.Scenario.Clock == ScenarioClock.Wall ? plan.Scenario.Nodes.Count : 0) is { } tooFew)
            throw new RunFailedException(tooFew);
        return plan.Execute(log, signals.Token, outcome => Show(surroundings.Output, outcome, options.Only), () => signals.ExitCode).ExitCode;
    }

    private static void Show(Screen output, RunOutcome outcome, IReadOnlyList<string> only)
    {
        ConditionTable.Print(output, outcome.Groups);
        output.WriteLine($"Results: {outcome.Folder}");
        LivenessLines.Print(output, outcome.Unhealed);
        ExpectationLines.Print(output, outcome.Expectations, only);
    }
}
