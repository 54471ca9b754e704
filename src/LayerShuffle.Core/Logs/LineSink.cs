using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace LayerShuffle.Core.Logs;

/// <summary>
/// Where a log ends, as lines of text; a logger itself, for what is ours. Sentences of ours are lines as they are, warnings of ours begin with <c>warning:
/// </c>. What libraries say is a line with the level and the library before it. Safe to use from several threads if <see cref="Write"/> is.
/// </summary>
/// <param name="verbose">Whether it takes details of ours and warnings of libraries as well.</param>
public abstract partial class LineSink(bool verbose) : ILoggerProvider, ILogger
{
    /// <summary>Whether it takes details of ours and warnings of libraries as well.</summary>
    public bool IsVerbose => verbose;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith(Sentences.Ours, StringComparison.Ordinal) ? this : new Foreign(this, categoryName.Split('.')[0]);

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && logLevel >= (verbose ? LogLevel.Debug : LogLevel.Information);

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            Write((logLevel >= LogLevel.Warning ? "warning: " : "") + Text(state, exception, formatter));
    }

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what it writes to, if that is its own.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Writes a line.</summary>
    protected abstract void Write(string line);

    private static string Text<TState>(TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        formatter(state, exception) + (exception is null ? "" : $": {exception.Message}");

    /// <summary>The first line, without the level, the time and the thread that Akka writes before it: the line has those that matter.</summary>
    private static string Head(string text) => Preamble().Replace(text.Split('\n', 2)[0].TrimEnd(), "");

    [GeneratedRegex(@"^\[[A-Z]+\]\[[^\]]*\]\[Thread \d+\]")]
    private static partial Regex Preamble();

    /// <summary>What a library says.</summary>
    private sealed class Foreign(LineSink sink, string library) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => sink.IsVerbose && logLevel is >= LogLevel.Warning and not LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                sink.Write($"{(logLevel >= LogLevel.Error ? "error" : "warning")}: {library}: {Head(Text(state, exception, formatter))}");
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;
    }
}
