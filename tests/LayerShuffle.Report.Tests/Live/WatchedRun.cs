using System.Net;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Report.Live;
using LayerShuffle.Results;
using LayerShuffle.Results.Metrics;

namespace LayerShuffle.Report.Tests.Live;

/// <summary>A run that goes on as a test wants it: its rows are in a folder, and the page is told of them, as a run does it.</summary>
internal sealed class WatchedRun : IDisposable
{
    private readonly SampleRun run = new();
    private readonly IReadOnlyList<TrialData> trials;

    public WatchedRun()
    {
        trials = ResultsReader.Trials(run.Folder);
        State.Named("sample");
    }

    /// <summary>What the page is told.</summary>
    public LiveState State { get; } = new();

    /// <summary>How many trials there are.</summary>
    public int Trials => trials.Count;

    /// <summary>Where the run writes.</summary>
    public string Folder => run.Folder;

    /// <summary>Serves the page.</summary>
    public LiveServer Serve() => LiveServer.Start(State, "127.0.0.1", IPAddress.Loopback, 0, token: null, TimeProvider.System);

    /// <summary>It is planned, writes to its folder, and its models are trained.</summary>
    public void Begins()
    {
        State.Writes(run.Folder);
        State.Planned([.. trials.Select(trial => trial.Key)]);
        for (int epoch = 1; epoch <= 3; epoch++)
            State.Trained(new TrainingRecord("plain", 0, epoch, 10 * epoch, 2.5 / epoch, 2.25 / epoch, null, 1e-3, 0.25 * epoch, 0.2 * epoch));
    }

    /// <summary>A trial has finished.</summary>
    public void Finishes(int trial)
    {
        TrialKey key = trials[trial].Key;
        State.Began(key);
        State.Struck(new LedgerEntry(Instant.Zero + Duration.FromMilliseconds(50), "outage", "crash", "node-1", "began"));
        State.Finished(trials[trial]);
    }

    /// <summary>It has begun, and its first trials are finished.</summary>
    public void Goes()
    {
        Begins();
        State.Trains(new LiveTraining("plain", 30, 30, 3, 3, 0.8, "300 images/s"));
        Finishes(0);
        Finishes(1);
        State.Said("a line of the log");
    }

    public void Dispose() => run.Dispose();
}
