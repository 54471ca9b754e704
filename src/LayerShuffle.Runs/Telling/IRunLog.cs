using LayerShuffle.Core.Logs;
using Microsoft.Extensions.Logging;

namespace LayerShuffle.Runs.Telling;

/// <summary>
/// Where a run says what it does while it does it: a log, and what is going on right now. Called from several threads: a cluster has news at any time. What the
/// program's parts and its libraries say goes to the loggers of their categories; <see cref="LineSink"/> makes lines of all.
/// </summary>
public interface IRunLog : ILogger, ILoggerProvider
{
    /// <summary>What is going on right now, which the next one replaces. Comes often; the text is made only if it is asked for.</summary>
    void Status(Func<string> text);

    /// <summary>What was going on is over.</summary>
    void ClearStatus();
}

/// <summary>Lines for a run's log.</summary>
public static class RunLines
{
    private const string Warning = "warning: ";

    /// <summary>A line that stays. Warnings begin with <c>warning: </c>, and are warnings of the log.</summary>
    public static void Line(this IRunLog log, string text)
    {
        if (text.StartsWith(Warning, StringComparison.Ordinal))
            log.Warn(text[Warning.Length..]);
        else
            log.Say(text);
    }
}

/// <summary>The logs of a cluster in a results folder.</summary>
internal static class LogFiles
{
    /// <summary>The folder that they are in, below the results.</summary>
    public const string Folder = "logs";

    /// <summary>What the coordinator's process says; the others are those of the nodes.</summary>
    public const string Coordinator = "coordinator.log";
}

/// <summary>Hears nothing.</summary>
internal sealed class SilentLog() : LineSink(verbose: false), IRunLog
{
    public void Status(Func<string> text)
    {
    }

    public void ClearStatus()
    {
    }

    protected override void Write(string line)
    {
    }
}
