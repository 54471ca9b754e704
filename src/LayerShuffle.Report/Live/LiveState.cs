using System.Text.Json;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Metrics;

namespace LayerShuffle.Report.Live;

/// <summary>
/// How a run stands, for those who watch it. The run tells it and waits for nobody: each watcher asks, when it is ready, for what is new since it last asked,
/// so that a slow one misses what was replaced meanwhile and holds nothing up. Bounded; safe to use from several threads.
/// </summary>
public sealed class LiveState
{
    private const int MostLines = 500, MostFaults = 200;
    private readonly Lock gate = new();
    private readonly OrderedDictionary<(string Model, string Condition, string Policy), LiveRow> rows = [];
    private readonly LiveTail<string> lines = new(MostLines);
    private readonly LiveTail<LiveFault> faults = new(MostFaults);
    private readonly List<TrialData> finished = [];
    private readonly OrderedDictionary<(string Model, int Seed, int Epoch), TrainingRecord> epochs = [];
    private long version, results;
    private int planned; // how often: runs under many seeds come one after the other
    private string title = "", doing = "", present = "", folder = "";
    private (long Requests, long Hops, long Faults) written; // how long the files of the folder were when the last trial had finished
    private readonly OrderedDictionary<string, LiveTraining> trainings = []; // by model, those that go on; the last one stays
    private LiveTrial? last;
    private LiveEnd? end;

    /// <summary>What is run.</summary>
    public void Named(string name) => Change(() => title = name);

    /// <summary>What is going on right now.</summary>
    public void Doing(string text) => Change(() => doing = text);

    /// <summary>A line of the log.</summary>
    public void Said(string line) => Change(() => lines.Add(line));

    /// <summary>The folder of a run that begins.</summary>
    public void Writes(string path) => Change(() => (folder, written) = (path, default));

    /// <summary>The trials of a run that begins.</summary>
    public void Planned(IReadOnlyList<TrialKey> trials) => Change(() =>
    {
        rows.Clear();
        faults.Clear();
        finished.Clear();
        epochs.Clear();
        trainings.Clear();
        (present, last) = ("", null);
        planned++;
        results++;
        foreach (TrialKey trial in trials)
        {
            if (!rows.TryGetValue(Of(trial), out LiveRow? row))
                rows.Add(Of(trial), row = new LiveRow(trial, rows.Count));
            row.Trials++;
        }
    });

    /// <summary>A trial begins.</summary>
    public void Began(TrialKey trial) => Change(() =>
        present = Called(trial));

    /// <summary>How far a trial is.</summary>
    public void Progressed(TrialKey trial, int done, int requests) => Change(trial, row => row.Share = requests > 0 ? (double)done / requests : 0);

    /// <summary>Something befell a node or a link of the present trial.</summary>
    public void Struck(LedgerEntry entry) => Change(() => faults.Add(new LiveFault(entry.Time.TotalMilliseconds, entry.Fault, entry.Kind, entry.Target,
        entry.Effect.Replace('_', ' '), present)));

    /// <summary>A trial is finished, and its rows are in the folder.</summary>
    public void Finished(TrialData trial)
    {
        var now = (Length(ResultsFiles.Requests), Length(ResultsFiles.Hops), Length(ResultsFiles.Faults));
        Change(trial.Key, row =>
        {
            row.Finish(trial.Metrics);
            finished.Add(trial);
            if (now.Item1 > written.Requests) // not one of an earlier run, whose rows lie anywhere
                last = new LiveTrial(trial.Key.Trial, Called(trial.Key), written.Requests, written.Hops, written.Faults, now.Item2 > written.Hops);
            written = now;
            results++;
        });
    }

    /// <summary>An epoch of a training is over.</summary>
    public void Trained(TrainingRecord epoch) => Change(() =>
    {
        epochs[(epoch.Model, epoch.TrainingSeed, epoch.Epoch)] = epoch;
        results++;
    });

    /// <summary>How far a training is.</summary>
    public void Trains(LiveTraining progress) => Change(() =>
    {
        foreach (string over in trainings.Values.Where(one => one.Step >= one.Steps && one.Model != progress.Model).Select(one => one.Model).ToList())
            trainings.Remove(over);
        trainings[progress.Model] = progress;
    });

    /// <summary>The run is over.</summary>
    public void Over(LiveEnd how) => Change(() => end = how);

    /// <summary>Grows with all that figures are made of.</summary>
    internal long Results
    {
        get
        {
            lock (gate)
                return results;
        }
    }

    /// <summary>Whether the run is over.</summary>
    internal bool IsOver
    {
        get
        {
            lock (gate)
                return end is not null;
        }
    }

    /// <summary>What figures are made of.</summary>
    internal LiveSnapshot Snapshot()
    {
        lock (gate)
            return new LiveSnapshot(results, folder, title, [.. finished], [.. epochs.Values], last);
    }

    /// <summary>What is new since a watcher last asked, as JSON; null: nothing.</summary>
    /// <param name="seen">What it has seen, which goes on to now.</param>
    public string? News(LiveCursor seen)
    {
        lock (gate)
        {
            if (seen.Version == version)
                return null;
            bool again = seen.Version < 0, fresh = seen.Planned != planned;
            double share = rows.Values.Sum(row => row.Done + row.Share);
            int trials = rows.Values.Sum(row => row.Trials);
            var news = new
            {
                again,
                fresh,
                title,
                doing,
                trials,
                done = rows.Values.Sum(row => row.Done),
                share = trials > 0 ? Math.Min(1, share / trials) : 0,
                rows = rows.Values.Where(row => fresh || row.Version > seen.Version).Select(row => row.Facts()).ToList(),
                faults = faults.Since(fresh ? 0 : seen.Faults),
                lines = lines.Since(seen.Lines),
                training = trainings.Values.FirstOrDefault(),
                beside = trainings.Values.Skip(1).ToList(),
                replay = last is { Traced: true } played ? new { trial = played.Trial, name = played.Name } : null,
                end,
            };
            (seen.Version, seen.Planned, seen.Faults, seen.Lines, seen.Ended) = (version, planned, faults.Added, lines.Added, end is not null);
            return JsonSerializer.Serialize(news, JsonSerializerOptions.Web);
        }
    }

    private static string Called(TrialKey trial) => $"{trial.Model}, {trial.Condition}{(trial.Policy == "default" ? "" : $", {trial.Policy}")}";

    private long Length(string file)
    {
        var known = folder.Length > 0 ? new FileInfo(Path.Combine(folder, file)) : null;
        return known is { Exists: true } ? known.Length : 0;
    }

    private static (string, string, string) Of(TrialKey trial) => (trial.Model, trial.Condition, trial.Policy);

    private void Change(TrialKey trial, Action<LiveRow> change)
    {
        lock (gate)
        {
            if (!rows.TryGetValue(Of(trial), out LiveRow? row))
                return;
            change(row);
            row.Version = ++version;
        }
    }

    private void Change(Action change)
    {
        lock (gate)
        {
            change();
            version++;
        }
    }
}

/// <summary>What a watcher has seen.</summary>
public sealed class LiveCursor
{
    /// <summary>The state's version; -1: nothing yet.</summary>
    internal long Version { get; set; } = -1;

    /// <summary>How often trials were planned.</summary>
    internal int Planned { get; set; } = -1;

    /// <summary>Faults.</summary>
    internal long Faults { get; set; }

    /// <summary>Lines of the log.</summary>
    internal long Lines { get; set; }

    /// <summary>Whether it has seen the end.</summary>
    public bool Ended { get; internal set; }
}

/// <summary>How a run ended.</summary>
/// <param name="State"><c>done</c>, <c>failed</c> or <c>interrupted</c>.</param>
/// <param name="Code">Its exit code.</param>
/// <param name="Message">What went wrong, as a sentence; empty: nothing.</param>
/// <param name="Report">Whether there is a report to open.</param>
public sealed record LiveEnd(string State, int Code, string Message, bool Report);

/// <summary>How far a training is.</summary>
/// <param name="Model">The model.</param>
/// <param name="Step">Steps that are done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Epoch">The present epoch.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Loss">The loss of the last step; null where it is no number.</param>
/// <param name="Pace">Images in a second and the time left, in words; blank while that is not known.</param>
public sealed record LiveTraining(string Model, int Step, int Steps, int Epoch, int Epochs, double? Loss, string Pace);

/// <summary>What befell a node or a link.</summary>
internal sealed record LiveFault(double Ms, string Fault, string Kind, string Target, string Effect, string Trial);
