using LayerShuffle.Report.Figures;
using LayerShuffle.Report.Page;
using LayerShuffle.Report.Reading;
using LayerShuffle.Report.Replays;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Report.Live;

/// <summary>
/// The report's figures of a run that is under way. They are made on the watchers' threads and only while somebody watches: at most once a second, and so
/// seldom that it is a twentieth of a processor's time at most.
/// </summary>
/// <param name="state">How the run stands.</param>
/// <param name="time">The clock by which they are made again.</param>
internal sealed class LiveViews(LiveState state, TimeProvider time)
{
    private const int Share = 20;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private LiveSnapshot? drawn;
    private string text = "";
    private TimeSpan wait = TimeSpan.Zero;
    private long at;

    /// <summary>How often they were made.</summary>
    public int Made { get; private set; }

    /// <summary>The figures as JSON, if there are newer ones than a watcher has; else null.</summary>
    /// <param name="seen">The version that it has; -1: none.</param>
    /// <param name="now">The version that it has from now on.</param>
    public string? News(long seen, out long now)
    {
        lock (gate)
        {
            if (drawn?.Version != state.Results && (drawn is null || state.IsOver || time.GetElapsedTime(at) >= wait))
            {
                long began = time.GetTimestamp();
                (drawn, text) = Draw(state.Snapshot());
                (at, Made) = (time.GetTimestamp(), Made + 1);
                wait = TimeSpan.FromTicks(Math.Max(Shortest.Ticks, Share * time.GetElapsedTime(began).Ticks));
            }

            now = drawn?.Version ?? -1;
            return now > seen ? text : null;
        }
    }

    /// <summary>The trial that finished last, to be played; null where its hops were not traced, or are not there any more.</summary>
    public static string? Replay(LiveSnapshot shot)
    {
        if (shot.Last is not { Traced: true } last || Folder(shot) is not { } run)
            return null;
        IReadOnlyList<ReplayTrial> trials = ReplayReader.Read(run, last.Hops);
        return trials.Count > 0 ? PageData.Write([], trials) : null;
    }

    private static (LiveSnapshot Shot, string Text) Draw(LiveSnapshot shot)
    {
        List<Figure> figures = [];
        if (Folder(shot) is { } run)
        {
            Add(() => [AccuracyFigure.Of(run)]);
            Add(() => LatencyFigures.Of(run));
            Add(() => [shot.Last is { } last ? TimelineFigure.Of(run, last.Trial) : null]);
            Add(() => [TrainingFigure.Of(run)]);
        }

        return (shot, PageData.Write(figures, []));

        void Add(Func<IEnumerable<Figure?>> make)
        {
            try
            {
                figures.AddRange(make().OfType<Figure>());
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A view that cannot be drawn is not there; the report says why.
            }
        }
    }

    /// <summary>What is known of the run, as if its folder had been read: only the rows of the last trial are.</summary>
    private static RunFolder? Folder(LiveSnapshot shot)
    {
        if (shot.Trials.Count + shot.Epochs.Count == 0)
            return null;
        var (requests, ledger) = Rows(shot);
        return new RunFolder
        {
            Path = shot.Folder,
            Name = shot.Name,
            Facts = new RunFacts(),
            Trials = shot.Trials,
            Groups = ResultGroup.Of(shot.Trials),
            Requests = requests,
            Layers = new Dictionary<ResultGroup, LayerUse>(),
            Links = new Dictionary<ResultGroup, LinkTotals>(),
            Ledger = ledger,
            Training = [.. shot.Epochs.Select(epoch => new EpochRow(epoch.Model, epoch.TrainingSeed, epoch.Epoch, epoch.Loss, epoch.Top1Sequential,
                epoch.Top1Arbitrary))],
            Probes = [],
            Embeddings = [],
            Reliability = [],
            Importance = [],
            Recovery = [],
            Kept = new Dictionary<(string, string, string, string), Results.Statistics.Interval>(),
            Missing = [],
        };
    }

    private static (Dictionary<int, TrialRequests> Requests, IReadOnlyList<LedgerRow> Ledger) Rows(LiveSnapshot shot)
    {
        if (shot.Last is not { } last)
            return ([], []);
        try
        {
            var requests = new TrialRequests();
            var use = new LayerUse();
            foreach (CsvRow row in CsvTable.Open(shot.Folder, ResultsFiles.Requests, last.Requests)?.Rows(trial => trial == last.Trial) ?? [])
                FolderReader.Add(row, requests, use);
            return (requests.Numbers.Count == 0 ? [] : new() { [last.Trial] = requests },
                [.. CsvTable.Open(shot.Folder, ResultsFiles.Faults, last.Faults)?.Rows(trial => trial == last.Trial).Select(FolderReader.Entry) ?? []]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ([], []); // somebody has taken the folder away
        }
    }
}
