using System.Text.Json;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;
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
    private long version;
    private int planned; // how often: runs under many seeds come one after the other
    private string title = "", doing = "", present = "";
    private LiveTraining? training;
    private LiveEnd? end;

    /// <summary>What is run.</summary>
    public void Named(string name) => Change(() => title = name);

    /// <summary>What is going on right now.</summary>
    public void Doing(string text) => Change(() => doing = text);

    /// <summary>A line of the log.</summary>
    public void Said(string line) => Change(() => lines.Add(line));

    /// <summary>The trials of a run that begins.</summary>
    public void Planned(IReadOnlyList<TrialKey> trials) => Change(() =>
    {
        rows.Clear();
        faults.Clear();
        (training, present) = (null, "");
        planned++;
        foreach (TrialKey trial in trials)
        {
            if (!rows.TryGetValue(Of(trial), out LiveRow? row))
                rows.Add(Of(trial), row = new LiveRow(trial, rows.Count));
            row.Trials++;
        }
    });

    /// <summary>A trial begins.</summary>
    public void Began(TrialKey trial) => Change(() =>
        present = $"{trial.Model}, {trial.Condition}{(trial.Policy == "default" ? "" : $", {trial.Policy}")}");

    /// <summary>How far a trial is.</summary>
    public void Progressed(TrialKey trial, int done, int requests) => Change(trial, row => row.Share = requests > 0 ? (double)done / requests : 0);

    /// <summary>Something befell a node or a link of the present trial.</summary>
    public void Struck(LedgerEntry entry) => Change(() => faults.Add(new LiveFault(entry.Time.TotalMilliseconds, entry.Fault, entry.Kind, entry.Target,
        entry.Effect.Replace('_', ' '), present)));

    /// <summary>A trial is finished.</summary>
    public void Finished(TrialData trial) => Change(trial.Key, row => row.Finish(trial.Metrics));

    /// <summary>How far a training is.</summary>
    public void Trains(LiveTraining progress) => Change(() => training = progress);

    /// <summary>The run is over.</summary>
    public void Over(LiveEnd how) => Change(() => end = how);

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
                training,
                end,
            };
            (seen.Version, seen.Planned, seen.Faults, seen.Lines, seen.Ended) = (version, planned, faults.Added, lines.Added, end is not null);
            return JsonSerializer.Serialize(news, JsonSerializerOptions.Web);
        }
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
