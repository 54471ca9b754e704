using System.CommandLine;
using LayerShuffle.Cli.Terminal;
using LayerShuffle.Results.Comparisons;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Commands;

/// <summary><c>compare</c>: what runs share, side by side.</summary>
internal static class CompareCommand
{
    /// <summary>Its name.</summary>
    public const string Name = "compare";

    private const string Worse = "worse";

    public static Command Create(Surroundings surroundings)
    {
        Argument<string[]> folders = PathWord.Arguments("folder", "DIR", "Folders of runs; the others are compared with the first.");
        Option<string?> output = PathWord.Option("--output", "FILE", "Writes the differences as CSV.");
        Option<string?> html = PathWord.Option("--html", "FILE", "Writes them as an HTML page.");
        var metrics = new Option<string[]>("--metric")
        {
            Description = $"What is compared; may be repeated (default: {string.Join(", ", Comparison.Metrics)}).",
            HelpName = "NAME"
        };
        var failOn = new Option<string?>("--fail-on") { Description = "worse: exit code 1 if anything is worse beyond noise.", HelpName = Worse };
        var command = new Command(Name, "Compares what runs share, by paired differences with 95% intervals.") { folders, output, html, metrics, failOn };
        command.Validators.Add(result =>
        {
            if (result.GetValue(folders) is not { Length: > 1 })
                result.AddError("Name two folders or more: the others are compared with the first.");
            if (result.GetValue(failOn) is not (null or Worse))
                result.AddError($"--fail-on {result.GetValue(failOn)}: expected {Worse}.");
            foreach (string metric in (result.GetValue(metrics) ?? []).Where(metric => !Comparison.Metrics.Contains(metric)))
                result.AddError($"--metric {metric}: expected {string.Join(", ", Comparison.Metrics)}.");
        });
        command.SetAction(parsed =>
        {
            string[] asked = parsed.GetValue(metrics) is { Length: > 0 } some ? some : [.. Comparison.Metrics];
            IReadOnlyList<Comparison> comparisons = Compare(parsed.GetValue(folders)!, asked);
            Write("--output", parsed.GetValue(output), path => ComparisonFile.Write(path, comparisons));
            Write("--html", parsed.GetValue(html), path => ComparisonPage.Write(path, comparisons));
            ComparisonTable.Print(surroundings.Output, comparisons);
            bool worse = comparisons.SelectMany(comparison => comparison.Rows).Any(row => row.Verdict == Verdict.Worse);
            return worse && parsed.GetValue(failOn) is not null ? ExitCodes.ExpectationFailed : ExitCodes.Done;
        });
        return command;
    }

    private static IReadOnlyList<Comparison> Compare(string[] folders, string[] metrics)
    {
        ComparedRun[] runs = [.. folders.Select(Read)];
        Comparison[] comparisons = [.. runs.Skip(1).Select(run => Comparison.Of(runs[0], run, metrics))];
        foreach (Comparison comparison in comparisons.Where(comparison => comparison.Rows.Count == 0))
            throw new UsageException($"{comparison.Reference.Folder} and {comparison.Run.Folder} share no condition: a model, policy and condition must bear "
                + $"the same names in both. The first has {Some(comparison.Reference)}; the other {Some(comparison.Run)}.");
        return comparisons;
    }

    private static string Some(ComparedRun run) =>
        string.Join(", ", run.Groups.Take(4).Select(group => group.Name)) + (run.Groups.Count > 4 ? ", …" : "");

    private static ComparedRun Read(string folder)
    {
        try
        {
            return ComparedRun.Read(folder);
        }
        catch (InvalidDataException problem)
        {
            throw new UsageException(problem.Message);
        }
    }

    private static void Write(string option, string? path, Action<string> write)
    {
        if (path is null)
            return;
        if (Directory.Exists(path))
            throw new UsageException($"{option}: {path} is a folder. Name the file to write.");
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
            throw new UsageException($"{option}: there is no folder to write {path} into. Create it, or name another file.");
        write(path);
    }
}
