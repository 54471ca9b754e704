using System.CommandLine;
using LayerShuffle.Datasets;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Images;
using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Cli.Commands;

/// <summary><c>validate</c>: every mistake in scenario files.</summary>
internal static class ValidateCommand
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        Argument<string[]> files = PathWord.Arguments("scenario", "SCENARIO", "Scenario files.");
        var command = new Command("validate", "Reports every mistake in scenario files.") { files };
        command.SetAction(parsed =>
        {
            bool valid = true;
            foreach (string file in parsed.GetValue(files)!)
            {
                ScenarioLoadResult result = ScenarioLoader.Load(file);
                foreach (Mistake warning in result.Warnings)
                    error.WriteLine($"warning: {warning}");
                foreach (Mistake mistake in result.Mistakes)
                    error.WriteLine(mistake);
                (IReadOnlyList<string> imports, IReadOnlyList<string> remarks) = result is { Mistakes.Count: 0, Scenario: { } scenario }
                    ? ImportCheck.Find(scenario) : ([], []);
                foreach (string line in imports.Concat(remarks))
                    error.WriteLine($"{file}: {line}");
                int mistakes = result.Mistakes.Count + imports.Count;
                if (mistakes == 0 && !Readable(file, result.Scenario!, error))
                    mistakes++;
                valid &= mistakes == 0;
                output.WriteLine(mistakes == 0
                    ? $"{file}: valid, {ScenarioExpander.Count(result.Scenario!)} trials"
                    : $"{file}: {mistakes} mistake(s)");
            }

            return valid ? ExitCodes.Done : ExitCodes.Invalid;
        });
        return command;
    }

    // A dataset that lies somewhere else than here is only warned about, by the loader.
    private static bool Readable(string file, Scenario scenario, TextWriter error)
    {
        try
        {
            DatasetReport.Inspect(scenario);
            return true;
        }
        catch (DatasetException problem)
        {
            error.WriteLine($"{file}: dataset.path: {problem.Message}");
            return false;
        }
    }
}
