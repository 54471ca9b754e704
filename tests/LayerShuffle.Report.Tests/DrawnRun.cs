using LayerShuffle.Report.Tests;

[assembly: AssemblyFixture(typeof(DrawnRun))]

namespace LayerShuffle.Report.Tests;

/// <summary>A run with names as hostile as a file can hold, drawn once for all tests.</summary>
public sealed class DrawnRun : IDisposable
{
    /// <summary>A name that would be a script, one of 64 characters, one that is written from right to left, one with quotes and a turn of direction.</summary>
    public const string Markup = "<script>alert('x')</script>", Right = "דגם עמיד", Quotes = "a\"b'&lt;\u202ec";

    public static readonly string Long = string.Concat(Enumerable.Repeat("0123456789abcdef", 4));

    private readonly SampleRun run = new(Markup, Long, Right, Quotes);

    public DrawnRun() => Outcome = RunReport.Draw(run.Folder);

    /// <summary>What was drawn.</summary>
    public ReportOutcome Outcome { get; }

    /// <summary>The folder.</summary>
    public string Folder => run.Folder;

    /// <summary>The page.</summary>
    public string Page => run.Page;

    public void Dispose() => run.Dispose();
}
