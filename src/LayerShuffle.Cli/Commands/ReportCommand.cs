using System.CommandLine;
using LayerShuffle.Cli.Terminal;
using LayerShuffle.Report;
using LayerShuffle.Report.Reading;
using LayerShuffle.Runs;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Cli.Commands;

/// <summary><c>report</c>: draws what a results folder holds, once more.</summary>
internal static class ReportCommand
{
    public static Command Create(Screen output, Screen error)
    {
        Argument<string> folder = PathWord.Argument("folder", "DIR", "The results folder of a run, or one that holds a run for each of several seeds.");
        var command = new Command("report", "Draws the plots and the page of a results folder (once more), from the files in it.") { folder };
        command.SetAction(parsed =>
        {
            foreach (string own in Runs(parsed.GetValue(folder)!))
                Draw(own, output, error);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>The folders of runs that a folder stands for.</summary>
    private static string[] Runs(string folder)
    {
        if (!File.Exists(Path.Combine(folder, SeedRuns.RowsFile)) || File.Exists(Path.Combine(folder, "scenario.yaml")))
            return [folder];
        string[] seeds = [.. Directory.EnumerateDirectories(folder, "seed-*").Order(StringComparer.Ordinal)];
        return seeds.Length > 0 ? seeds : [folder];
    }

    private static void Draw(string folder, Screen output, Screen error)
    {
        ReportOutcome drawn;
        try
        {
            drawn = RunReport.Draw(folder);
        }
        catch (NoRunException none)
        {
            throw new UsageException($"report: {none.Message}");
        }

        foreach (string missing in drawn.Missing)
            error.WriteLine(missing);
        foreach (string warning in drawn.Warnings)
            error.WriteLine($"warning: {warning}");
        output.WriteLine(FormattableString.Invariant($"{drawn.Plots} figures, as PNG and SVG, in {Path.Combine(folder, RunReport.PlotsFolder)}"));
        output.WriteLine($"open {ShellWords.Quote(Path.Combine(folder, RunReport.PageFile))}");
    }
}
