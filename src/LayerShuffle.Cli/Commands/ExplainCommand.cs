using System.CommandLine;
using LayerShuffle.Cli.Terminal;
using LayerShuffle.Results.Journeys;
using LayerShuffle.Runs.Explaining;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Commands;

/// <summary><c>explain</c>: one request's journey in words and times.</summary>
internal static class ExplainCommand
{
    /// <summary>Its name.</summary>
    public const string Name = "explain";

    public static Command Create(Surroundings surroundings)
    {
        Argument<string> folder = PathWord.Argument("folder", "DIR", "A run's folder.");
        var request = new Option<int>("--request") { Description = "The request's number in its trial.", HelpName = "N", Required = true };
        var condition = new Option<string?>("--condition") { Description = "The condition, with or without its sweep point.", HelpName = "NAME" };
        var model = new Option<string?>("--model") { Description = "The model.", HelpName = "NAME" };
        var policy = new Option<string?>("--policy") { Description = "The policy.", HelpName = "NAME" };
        var repeat = new Option<int?>("--repeat") { Description = "The repeat, from 0.", HelpName = "N" };
        var seed = new Option<int?>("--training-seed") { Description = "The training seed, from 0.", HelpName = "N" };
        var without = new Option<string?>("--without")
        {
            Description = "Runs the trial again without this fault on the same luck, and says what would have changed.",
            HelpName = "FAULT"
        };
        var command = new Command(Name, "Tells one request's journey: where its time went, what hit it, who sent it again, which layers it lost.")
        {
            folder, request, condition, model, policy, repeat, seed, without,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var query = new JourneyQuery(parsed.GetValue(request))
            {
                Condition = parsed.GetValue(condition),
                Model = parsed.GetValue(model),
                Policy = parsed.GetValue(policy),
                Repeat = parsed.GetValue(repeat),
                TrainingSeed = parsed.GetValue(seed),
            };
            // One thread of its own: the kernel, the actors and libtorch's thread team all live on it.
            return Task.Factory.StartNew(() => Run(parsed.GetValue(folder)!, query, parsed.GetValue(without), surroundings, cancellation),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        });
        return command;
    }

    private static int Run(string folder, JourneyQuery query, string? without, Surroundings surroundings, CancellationToken cancellation)
    {
        Journey journey = Read(folder, query);
        foreach (string line in JourneyWords.Lines(journey))
            Print(surroundings.Output, line);
        if (without is not null)
        {
            using TrialAgain trial = TrialAgain.Of(folder, journey.Trial);
            foreach (string line in WithoutFault.Of(trial, journey.Request, without, cancellation).Lines())
                Print(surroundings.Output, line);
            Margins(trial, journey, surroundings);
            return ExitCodes.Done;
        }

        if (Directory.Exists(Path.Combine(folder, "models", journey.Trial.Model)))
        {
            using TrialAgain trial = TrialAgain.Of(folder, journey.Trial);
            Margins(trial, journey, surroundings);
        }

        return ExitCodes.Done;
    }

    private static Journey Read(string folder, JourneyQuery query)
    {
        try
        {
            return JourneyReader.Read(folder, query);
        }
        catch (JourneyException problem)
        {
            throw new UsageException(problem.Message);
        }
    }

    /// <summary>Tells the margins where the model and its images are at hand; else why not. What was told before stands.</summary>
    private static void Margins(TrialAgain trial, Journey journey, Surroundings surroundings)
    {
        if (!trial.HasModel)
            return;
        try
        {
            foreach (string line in trial.MarginsOf(journey.Request).Lines())
                Print(surroundings.Output, line);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutputException))
        {
            surroundings.Error.WriteLine($"The margins of its answers are not known: {e.Message}");
        }
    }

    private static void Print(Screen output, string line)
    {
        int indent = line.TakeWhile(c => c == ' ').Count();
        foreach (string part in line.Length <= (output.Width ?? int.MaxValue) ? [line] : Wrapping.Lines(line, output.Width, indent + 4))
            output.WriteLine(part);
    }
}
