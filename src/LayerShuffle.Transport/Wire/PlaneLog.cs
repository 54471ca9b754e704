using LayerShuffle.Core.Logs;
using Microsoft.Extensions.Logging;

namespace LayerShuffle.Transport.Wire;

/// <summary>
/// Log lines, each of them once: whoever knocks a thousand times in the same way gets one line, and all strangers together at most <see cref="MaxLines"/>.
/// </summary>
internal sealed class PlaneLog(ILogger? log)
{
    private const int MaxLines = 200;
    private readonly HashSet<string> seen = [];

    /// <summary>Writes a line, unless it was written before.</summary>
    public void Once(string line)
    {
        lock (seen)
        {
            if (seen.Count > MaxLines || !seen.Add(line))
                return;
            if (seen.Count > MaxLines)
                line = "Refused connections and repeated failures are not logged any more: there were too many different ones.";
        }

        Write(line);
    }

    /// <summary>Writes a line.</summary>
    public void Write(string line)
    {
        try
        {
            log?.Say(line);
        }
        catch (Exception)
        {
            // A log that fails must not end a connection.
        }
    }
}
