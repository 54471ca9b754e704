using System.Globalization;
using LayerShuffle.Core.Logs;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Cli.Terminal;

/// <summary>
/// Progress on stderr. On a terminal a line is rewritten; elsewhere lines stay, bear the time, and one comes now and then from what takes long. Safe to use
/// from several threads: a cluster has news at any time.
/// </summary>
/// <param name="error">Where it is shown.</param>
/// <param name="time">The clock.</param>
/// <param name="verbose">Whether details and warnings of Akka are shown, too.</param>
internal sealed class RunLog(Screen error, TimeProvider time, bool verbose = false) : LineSink(verbose), IRunLog
{
    private static readonly TimeSpan Rewrite = TimeSpan.FromMilliseconds(100), Sign = TimeSpan.FromSeconds(30);
    private readonly Lock gate = new();
    private long last = time.GetTimestamp();
    private int statusLength;

    /// <summary>A line that stays.</summary>
    public void Line(string text)
    {
        lock (gate)
        {
            Clear();
            if (!error.IsTerminal)
                last = time.GetTimestamp();
            string stamp = error.Timed ? time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z '", CultureInfo.InvariantCulture) : "";
            if (error.Colours && text.StartsWith("warning: ", StringComparison.Ordinal))
                error.Raw(error.Paint("warning:", Paint.Yellow) + Printable.Of(text[8..]) + Environment.NewLine);
            else
                error.WriteLine(stamp + text);
        }
    }

    /// <summary>What is going on right now: on a terminal at most ten times a second, elsewhere when half a minute has passed without a line.</summary>
    public void Status(Func<string> text)
    {
        if (time.GetElapsedTime(last) < (error.IsTerminal ? Rewrite : Sign))
            return;
        string line = Printable.OneLine(text());
        if (!error.IsTerminal)
        {
            Line(line);
            return;
        }

        lock (gate)
        {
            last = time.GetTimestamp();
            int room = (error.Width ?? 80) - 1; // a full line would make the terminal begin another, which \r does not take back
            line = line.Length > room ? line[..(room - 1)] + "…" : line;
            error.Raw('\r' + line.PadRight(statusLength));
            statusLength = line.Length;
        }
    }

    /// <summary>Takes the line that is rewritten away.</summary>
    public void ClearStatus()
    {
        lock (gate)
            Clear();
    }

    /// <inheritdoc/>
    protected override void Write(string line) => Line(line);

    private void Clear()
    {
        if (statusLength > 0)
            error.Raw('\r' + new string(' ', statusLength) + '\r');
        statusLength = 0;
    }
}
