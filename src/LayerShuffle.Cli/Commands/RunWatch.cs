using LayerShuffle.Cli.Terminal;
using LayerShuffle.Report.Live;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.Cli.Commands;

/// <summary>A run that is shown in a browser: listens from its beginning to its end.</summary>
internal sealed class RunWatch : IDisposable
{
    private readonly LiveServer server;

    private RunWatch(LiveServer server) => this.server = server;

    /// <summary>Listens, and says where.</summary>
    /// <param name="address">Where; null: nowhere.</param>
    /// <param name="log">The run's log, which tells the page everything from then on.</param>
    /// <param name="time">By which clock.</param>
    /// <exception cref="UsageException">Nobody can listen there.</exception>
    public static RunWatch? Start(HostAddress? address, RunLog log, TimeProvider time)
    {
        if (address is null)
            return null;
        var state = new LiveState();
        LiveServer server = WatchOption.Start(address, state, time);
        log.Line($"Watch: {server.Address}"); // before the page hears: its token is nobody's but the log's
        log.Watched = state;
        return new RunWatch(server);
    }

    /// <summary>Runs, and hands over to the report however that ends.</summary>
    /// <param name="run">The run; returns its exit code.</param>
    /// <param name="report">Where its report is; null: there is none.</param>
    /// <param name="signals">Who can stop it.</param>
    public int Through(Func<int> run, Func<string?> report, StopSignals signals)
    {
        try
        {
            int code = run();
            bool stopped = signals.Token.IsCancellationRequested;
            End(new LiveEnd(stopped ? "interrupted" : code is ExitCodes.Done or ExitCodes.ExpectationFailed ? "done" : "failed", code, Message(code), false));
            return code;
        }
        catch (Exception e)
        {
            End(new LiveEnd("failed", e is UsageException ? ExitCodes.Invalid : ExitCodes.RunFailed, Printable.Of(ErrorText.Of(e, verbose: false)), false));
            throw;
        }

        void End(LiveEnd how)
        {
            string? page = report();
            server.End(how, page is not null && File.Exists(page) ? Path.GetFullPath(page) : null);
            // The first signal has stopped the run, and who watches is to hear that; a second one ends the process.
            server.HandOver(signals.Token.IsCancellationRequested ? CancellationToken.None : signals.Token);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => server.Dispose();

    private static string Message(int code) => code switch
    {
        ExitCodes.ExpectationFailed => "An expectation of the scenario does not hold, or requests did not complete after all faults were lifted.",
        ExitCodes.Invalid => "The scenario has mistakes: its log tells them.",
        _ => "",
    };
}
