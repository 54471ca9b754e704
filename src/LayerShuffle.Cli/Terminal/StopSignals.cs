using System.Runtime.InteropServices;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Terminal;

/// <summary>
/// Ctrl-C (SIGINT) and SIGTERM to a run: the first has it keep what is finished, the second ends the process at once, and so does half a minute in vain.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource stop = new();
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly Lock gate = new();
    private readonly Action<string> say;
    private readonly Action<int> end;
    private readonly TimeProvider time;
    private ITimer? patience;
    private bool over;

    /// <summary>Listens from now on.</summary>
    /// <param name="say">Told that it takes a moment.</param>
    /// <param name="time">The clock.</param>
    /// <param name="end">Ends the process with an exit code; null: the real thing.</param>
    /// <param name="listen">Whether to listen to the system's signals.</param>
    public StopSignals(Action<string> say, TimeProvider time, Action<int>? end = null, bool listen = true)
    {
        (this.say, this.time, this.end) = (say, time, end ?? Leave.AtOnce);
        if (!listen)
            return;
        foreach (PosixSignal signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM })
        {
            registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Take(context.Signal == PosixSignal.SIGTERM ? ExitCodes.Terminated : ExitCodes.Interrupted);
            }));
        }
    }

    /// <summary>Cancelled at the first.</summary>
    public CancellationToken Token => stop.Token;

    /// <summary>What an interrupted run ends with: 130 after Ctrl-C, 143 after SIGTERM.</summary>
    public int ExitCode { get; private set; } = ExitCodes.Interrupted;

    /// <summary>A signal has come.</summary>
    /// <param name="code">The exit code that it stands for.</param>
    public void Take(int code)
    {
        lock (gate)
        {
            if (over)
                return;
            if (patience is not null)
            {
                end(code);
                return;
            }

            ExitCode = code;
            patience = time.CreateTimer(_ => end(code), null, Patience, Timeout.InfiniteTimeSpan);
        }

        say("Stopping; what is finished is kept. Once more ends it at once.");
        stop.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
        lock (gate)
        {
            over = true;
            patience?.Dispose();
            stop.Dispose();
        }
    }
}
