using System.CommandLine;
using LayerShuffle.Cli.Terminal;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Options;
using LayerShuffle.Swarm;

namespace LayerShuffle.Cli.Commands;

/// <summary><c>swarm</c>: draws scenarios, and holds what they do against what must always hold.</summary>
internal static class SwarmCommand
{
    /// <summary>Its name.</summary>
    public const string Name = "swarm";

    public static Command Create(Surroundings surroundings)
    {
        Argument<string[]> scenarios = PathWord.Arguments("scenario", "SCENARIO", "Scenarios of your own to judge, or files that a swarm has written.");
        scenarios.Arity = ArgumentArity.ZeroOrMore;
        var seeds = new Option<string?>("--seeds") { Description = "Draws a scenario from each of these seeds.", HelpName = "A..B" };
        var shrink = new Option<bool>("--shrink") { Description = "Makes of a scenario that fails the smallest one that still does." };
        Option<string?> output = PathWord.Option("--output", "DIR", "Where scenarios that fail are written (default: results/swarm).");
        var command = new Command(Name, "Draws whole scenarios from seeds, runs each twice and checks what must always hold; tells what does not.")
        {
            scenarios, seeds, shrink, output,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(seeds) is null && result.GetValue(scenarios) is null or [])
                result.AddError("Say what to judge: --seeds A..B, or a scenario.");
        });
        command.SetAction((parsed, _) =>
        {
            var asked = new SwarmOptions
            {
                Seeds = parsed.GetValue(seeds) is { } range ? SeedRange.Parse(range) : null,
                Scenarios = parsed.GetValue(scenarios) ?? [],
                Shrink = parsed.GetValue(shrink),
                Output = parsed.GetValue(output) ?? new SwarmOptions().Output,
                Started = surroundings.Started,
            };
            // One thread of its own: the kernel, the actors and libtorch's thread team all live on it.
            return Task.Factory.StartNew(() => Run(asked, CommandLine.Log(parsed, surroundings), surroundings), CancellationToken.None,
                TaskCreationOptions.LongRunning, TaskScheduler.Default);
        });
        return command;
    }

    private static int Run(SwarmOptions asked, RunLog log, Surroundings surroundings)
    {
        using var signals = new StopSignals(log.Line, surroundings.Time, listen: surroundings.OwnsProcess);
        try
        {
            SwarmOutcome outcome = new SwarmHunt(asked, log).Execute(signals.Token);
            surroundings.Output.WriteLine(FormattableString.Invariant($"{outcome.Scenarios} scenario(s), {outcome.Trials} trials, {outcome.Hops} hops: ")
                + (outcome.Failed.Count == 0 ? "everything holds." : FormattableString.Invariant($"{outcome.Failed.Count} of them break something:")));
            if (asked.Seeds is not null)
                surroundings.Output.WriteLine(FormattableString.Invariant($"{outcome.Keys.Drawn} of {outcome.Keys.All} keys and words of the language ")
                    + "were drawn.");
            foreach ((string name, Verdict verdict, string file) in outcome.Failed)
                surroundings.Output.WriteLine($"  {name} ({file}): {string.Join(", ", verdict.Findings.Select(finding => finding.Invariant).Distinct())}");
            return outcome.Failed.Count == 0 ? ExitCodes.Done : ExitCodes.ExpectationFailed;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            surroundings.Error.WriteLine("Interrupted.");
            return signals.ExitCode;
        }
    }
}
