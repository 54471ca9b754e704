using System.Text;
using LayerShuffle.Core.Files;
using LayerShuffle.Report.Drawing;
using LayerShuffle.Report.Figures;
using LayerShuffle.Report.Page;
using LayerShuffle.Report.Reading;
using LayerShuffle.Report.Replays;

namespace LayerShuffle.Report;

/// <summary>Draws what a results folder holds: plots as files, and a page. It reads the folder's files alone, so that old folders can be drawn again.</summary>
public static class RunReport
{
    /// <summary>The page.</summary>
    public const string PageFile = "report.html";

    /// <summary>The folder of the plots, below the results.</summary>
    public const string PlotsFolder = "plots";

    /// <summary>Draws a folder. What cannot be drawn is a warning, and takes nothing else along.</summary>
    /// <param name="folder">The results.</param>
    /// <exception cref="NoRunException">It holds no run.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static ReportOutcome Draw(string folder)
    {
        var run = FolderReader.Read(folder);
        var book = FigureBook.Of(run);
        List<string> warnings = [.. book.Failed];
        var plots = Disk.MakeFolder(Path.Combine(folder, PlotsFolder));
        var drawn = 0;
        foreach (var figure in book.Figures)
            drawn += Plot(plots, figure, warnings) ? 1 : 0;
        if (!FigureFiles.HasLetters)
            warnings.Add("this machine has no fonts: the plots are without words (report.html has them). Install some, such as fonts-dejavu, and draw again.");
        WritePage(run, book, warnings);
        return new ReportOutcome(drawn, run.Missing, warnings);
    }

    private static void WritePage(RunFolder run, FigureBook book, List<string> warnings)
    {
        IReadOnlyList<ReplayTrial> trials = [];
        try
        {
            trials = ReplayReader.Read(run);
        }
        catch (Exception e) when (e is not (IOException or UnauthorizedAccessException or OutOfMemoryException))
        {
            warnings.Add($"the replay cannot be made: {e.Message}");
        }

        var page = PageWriter.Write(new PageBuilder(run, book, trials).Build(), trials);
        Disk.Replace(Path.Combine(run.Path, PageFile), Encoding.UTF8.GetBytes(page), durable: false);
    }

    private static bool Plot(string folder, Figure figure, List<string> warnings)
    {
        try
        {
            FigureFiles.Write(folder, figure);
            return true;
        }
        catch (Exception e) when (e is not (IOException or UnauthorizedAccessException or OutOfMemoryException))
        {
            warnings.Add($"the plot {figure.Id} cannot be drawn: {e.Message}");
            return false;
        }
    }
}

/// <summary>What was drawn.</summary>
/// <param name="Plots">How many plots.</param>
/// <param name="Missing">What the folder lacks: sentences.</param>
/// <param name="Warnings">What could not be drawn, and why.</param>
public sealed record ReportOutcome(int Plots, IReadOnlyList<string> Missing, IReadOnlyList<string> Warnings);
