namespace LayerShuffle.Cli.Running;

/// <summary>Progress on stderr: a line that is rewritten on a terminal, plain lines elsewhere. Safe to use from several threads: a cluster has news at any time.</summary>
internal sealed class RunLog(TextWriter error, bool terminal, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly Lock gate = new();
    private long lastStatus;
    private int statusLength;

    public void Line(string text)
    {
        lock (gate)
        {
            ClearStatus();
            error.WriteLine(text);
        }
    }

    /// <summary>What is going on right now; shown on a terminal only, at most ten times a second.</summary>
    public void Status(Func<string> text)
    {
        if (!terminal || (lastStatus != 0 && time.GetElapsedTime(lastStatus) < Interval))
            return;
        lastStatus = time.GetTimestamp();
        string line = text();
        lock (gate)
        {
            error.Write('\r' + line.PadRight(statusLength));
            statusLength = line.Length;
        }
    }

    public void ClearStatus()
    {
        lock (gate)
        {
            if (statusLength > 0)
                error.Write('\r' + new string(' ', statusLength) + '\r');
            statusLength = 0;
        }
    }
}
