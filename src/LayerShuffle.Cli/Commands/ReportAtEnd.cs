using LayerShuffle.Cli.Terminal;
using LayerShuffle.Report;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Cli.Commands;

/// <summary>Draws what a run has measured when it is over, however it ended.</summary>
/// <param name="log">Told of what could not be drawn.</param>
internal sealed class ReportAtEnd(RunLog log)
{
    private readonly List<string> folders = [];

    /// <summary>The first page that was drawn; null: none was.</summary>
    public string? Page => folders.Count > 0 ? Path.Combine(folders[0], RunReport.PageFile) : null;

    /// <summary>Draws a folder.</summary>
    public void Draw(string folder)
    {
        ReportOutcome drawn = RunReport.Draw(folder);
        foreach (string warning in drawn.Warnings)
            log.Line($"warning: {warning}");
        folders.Add(folder);
    }

    /// <summary>Says where to look: the last line of a run.</summary>
    public void Show(Screen output)
    {
        if (folders.Count > 0)
            output.WriteLine($"open {ShellWords.Quote(Path.Combine(folders[0], RunReport.PageFile))}"
                + (folders.Count > 1 ? FormattableString.Invariant($" (and those of {folders.Count - 1} more seeds beside it)") : ""));
    }
}
