using System.Globalization;
using LayerShuffle.Core.Logs;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;
using LayerShuffle.Report.Live;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Cli.Terminal;

/// <summary>
/// Progress on stderr. On a terminal a few lines are rewritten: what is going on, a bar for each condition, the faults that strike. Elsewhere lines stay, bear
/// the time, and one comes now and then from what takes long. Safe to use from several threads: a cluster has news at any time.
/// </summary>
/// <param name="error">Where it is shown.</param>
/// <param name="time">The clock.</param>
/// <param name="style">How it is shown; null: as it is by default.</param>
internal sealed class RunLog(Screen error, TimeProvider time, LogStyle? style = null) : LineSink(style is { Verbose: true }), IRunLog, IRunWatch
{
    private const int MostLines = 14, LeftFree = 4;
    private static readonly TimeSpan Rewrite = TimeSpan.FromMilliseconds(100), Sign = TimeSpan.FromSeconds(30);
    private readonly LogStyle style = style ?? new();
    private readonly RunBoard board = new();
    private readonly Lock gate = new();
    private long last = time.GetTimestamp();
    private long lastShown;
    private int statusLength, statusLines;

    /// <summary>Is told everything too, so that it can be seen elsewhere; null: nobody is.</summary>
    public LiveState? Watched { get; set; }

    private bool Rewrites => error.IsTerminal && !style.Json;

    /// <summary>A line that stays.</summary>
    public void Line(string text)
    {
        Watched?.Said(Printable.Of(text));
        if (style.Quiet && !IsTrouble(text))
            return;
        lock (gate)
        {
            Clear();
            if (!Rewrites)
                last = time.GetTimestamp();
            Put(text, "info");
        }
    }

    /// <summary>What is going on right now: on a terminal at most ten times a second, elsewhere when half a minute has passed without a line.</summary>
    public void Status(Func<string> text)
    {
        if (Watched is { } watched && time.GetElapsedTime(Interlocked.Read(ref lastShown)) >= Rewrite)
        {
            Interlocked.Exchange(ref lastShown, time.GetTimestamp());
            watched.Doing(Printable.OneLine(text()));
        }

        if (style.Quiet || time.GetElapsedTime(last) < (Rewrites ? Rewrite : Sign))
            return;
        string line = Printable.OneLine(text());
        lock (gate)
        {
            last = time.GetTimestamp();
            if (!Rewrites)
                Put(line, "progress");
            else if (error.Moves)
                Draw(line);
            else
                Overwrite(line);
        }
    }

    /// <summary>Takes the lines that are rewritten away.</summary>
    public void ClearStatus()
    {
        lock (gate)
            Clear();
    }

    /// <inheritdoc/>
    public void Writes(string folder) => Watched?.Writes(folder);

    /// <inheritdoc/>
    public void Trained(TrainingRecord epoch) => Watched?.Trained(epoch);

    /// <inheritdoc/>
    public void Planned(IReadOnlyList<TrialKey> trials)
    {
        board.Planned(trials);
        Watched?.Planned(trials);
    }

    /// <inheritdoc/>
    public void Trains(TrainingNews progress) => Watched?.Trains(new LiveTraining(progress.Model, progress.Step, progress.Steps, progress.Epoch,
        progress.Epochs, double.IsFinite(progress.Loss) ? progress.Loss : null, progress.Pace));

    /// <inheritdoc/>
    public void Began(TrialKey trial)
    {
        board.Began(trial);
        Watched?.Began(trial);
    }

    /// <inheritdoc/>
    public void Progressed(TrialKey trial, int done, int requests)
    {
        board.Progressed(trial, done, requests);
        Watched?.Progressed(trial, done, requests);
    }

    /// <inheritdoc/>
    public void Struck(LedgerEntry entry)
    {
        board.Struck(entry);
        Watched?.Struck(entry);
    }

    /// <inheritdoc/>
    public void Finished(TrialData trial)
    {
        board.Finished(trial);
        Watched?.Finished(trial);
    }

    /// <inheritdoc/>
    protected override void Write(string line) => Line(line);

    private static bool IsTrouble(string text) => text.StartsWith("warning: ", StringComparison.Ordinal) || text.StartsWith("error: ", StringComparison.Ordinal)
        || text.StartsWith("liveness: ", StringComparison.Ordinal) || text.StartsWith("Stopped after ", StringComparison.Ordinal)
        || text.StartsWith("No trial was finished", StringComparison.Ordinal) || text.StartsWith("Watch: ", StringComparison.Ordinal); // else nobody finds it

    private void Put(string text, string level)
    {
        if (style.Json)
        {
            error.Raw(JsonLine.Of(time.GetUtcNow(), text, level) + "\n");
            return;
        }

        string stamp = error.Timed ? time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z '", CultureInfo.InvariantCulture) : "";
        if (error.Colours && text.StartsWith("warning: ", StringComparison.Ordinal))
            error.Raw(error.Paint("warning:", Paint.Yellow) + Printable.Of(text[8..]) + Environment.NewLine);
        else
            error.WriteLine(stamp + text);
    }

    /// <summary>Several lines, over those that are there.</summary>
    private void Draw(string line)
    {
        int width = (error.Width ?? 80) - 1; // a full line would make the terminal begin another
        string[] lines = [Cut(line, width), .. board.Lines(width, Math.Min(MostLines, error.Height - LeftFree))];
        error.Raw(Erased() + string.Join('\n', lines));
        (statusLines, statusLength) = (lines.Length, 0);
    }

    /// <summary>One line, where the cursor moves only to its beginning.</summary>
    private void Overwrite(string line)
    {
        line = Cut(line, (error.Width ?? 80) - 1); // a full line would make the terminal begin another, which \r does not take back
        error.Raw('\r' + line.PadRight(statusLength));
        statusLength = line.Length;
    }

    private void Clear()
    {
        if (statusLines > 0)
            error.Raw(Erased());
        else if (statusLength > 0)
            error.Raw('\r' + new string(' ', statusLength) + '\r');
        (statusLines, statusLength) = (0, 0);
    }

    private string Erased() => statusLines == 0 ? "" : "\r\u001b[2K" + string.Concat(Enumerable.Repeat("\u001b[1A\u001b[2K", statusLines - 1));

    private static string Cut(string line, int room) => line.Length > room ? line[..(room - 1)] + "…" : line;
}
