using Microsoft.Extensions.Logging;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// Takes what Akka says to a run's log, but for connections to its port that end before they have proven themselves. Proofs of reach make such
/// (<see cref="ReachProber"/>), port scanners too; Akka warns of an attack, in every log of a healthy run. Of wrong certificates tells who judges them.
/// </summary>
/// <param name="own">The loggers of the run; they stay the caller's.</param>
internal sealed class AkkaLoggers(ILoggerFactory own) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Sayings(own.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => own.AddProvider(provider);

    public void Dispose()
    {
    }

    /// <summary>By what Akka.Hosting gives along with a message: into the message itself it writes an error's whole stack, with symbols.</summary>
    private static bool IsKnock<TState>(TState state) => state is IEnumerable<KeyValuePair<string, object?>> told
        && Has(told, "LogSource", "TcpServerHandler") && Has(told, "{OriginalFormat}", "TLS handshake fail");

    private static bool Has(IEnumerable<KeyValuePair<string, object?>> told, string key, string part) =>
        told.Any(pair => pair.Key == key && pair.Value?.ToString()?.Contains(part, StringComparison.Ordinal) == true);

    private sealed class Sayings(ILogger own) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => own.IsEnabled(logLevel);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => own.BeginScope(state);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsKnock(state))
                own.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
