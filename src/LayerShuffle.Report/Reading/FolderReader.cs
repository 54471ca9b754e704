using LayerShuffle.Core.Trials;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Statistics;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Report.Reading;

/// <summary>Reads a results folder: nothing but its files, so that a folder of long ago can be drawn again.</summary>
internal sealed class FolderReader
{
    private const int MostEvents = 200_000;
    private readonly string _folder;
    private readonly List<string> _missing = [];

    private FolderReader(string folder) => _folder = folder;

    /// <summary>Reads a folder.</summary>
    /// <exception cref="NoRunException">It holds no run.</exception>
    public static RunFolder Read(string folder) => new FolderReader(folder).Read();

    private RunFolder Read()
    {
        Check();
        var scenario = Text("scenario.yaml");
        if (scenario.Length == 0)
            _missing.Add("scenario.yaml is not there: what was asked for can only be told from the results.");
        var facts = RunFacts.Read(Path.Combine(_folder, "run.json"), _missing);
        var requests = ReadRequests();
        if (CsvTable.Open(_folder, ResultsFiles.Hops) is null)
            _missing.Add($"{ResultsFiles.Hops} is not there: no journey of a request can be played.");
        var conditions = CsvTable.Open(_folder, ResultsFiles.Conditions);
        var (trials, name, seed) = ReadTrials(conditions, requests.ByTrial);
        var groups = ResultGroup.Of(trials);
        var groupOf = groups.SelectMany(group => group.Trials.Select(trial => (trial.Key.Trial, group))).ToDictionary(pair => pair.Trial, pair => pair.group);
        SayHowFar(facts, trials.Count);
        return new RunFolder
        {
            Path = _folder,
            Name = name.Length > 0 ? name : YamlLines.Top(scenario, "name") is { Length: > 0 } own ? own : Path.GetFileName(Path.GetFullPath(_folder)),
            Seed = seed.Length > 0 ? seed : YamlLines.Top(scenario, "seed"),
            Description = YamlLines.Top(scenario, "description"),
            Scenario = WrittenPaths.In(scenario, facts.Paths),
            Facts = facts,
            Trials = trials,
            Groups = groups,
            Requests = requests.ByTrial,
            Layers = Together(groupOf, requests.Layers),
            Links = ReadLinks(groupOf),
            Ledger = ReadLedger(groupOf.Keys),
            Training = ReadTraining(),
            Probes = [.. Rows("layers.csv").Select(row => new ProbeRow(row["model"], row["layer"], row["probe"], row["position"], row.Number("value"),
                row.Number("top1")))],
            Embeddings = [.. Rows("embeddings.csv").Select(row => new EmbeddingPoint(row["model"], row["training_seed"], row.Integer("position") ?? 0,
                row.Number("x") ?? 0, row.Number("y") ?? 0))],
            Reliability = [.. Rows("reliability.csv").Select(row => new ReliabilityRow(row["model"], row["condition"], row["policy"], row["set"],
                row.Integer("nodes_down") ?? 0, row.Number("probability"), row.Number("top1")))],
            Importance = [.. Rows("importance.csv").Select(row => new ImportanceRow(row["model"], row["condition"], row["policy"], row["kind"], row["target"],
                row.Number("probability"), row.Number("top1_up"), row.Number("top1_down"), row.Number("value"), row.Number("ci_low"),
                row.Number("ci_high")))],
            Recovery = [.. Rows("recovery.csv").Select(row => new RecoveryRow(row.Integer("trial") ?? -1, row["fault"], row["target"], row.Number("down_ms"),
                row.Number("detected_ms"), row.Number("serving_ms"), row.Number("recovered_ms"), row.Number("requests_hit"), row.Number("requests_failed"),
                row.Number("top1_during")))],
            Kept = ReadSummary(),
            Missing = _missing,
        };
    }

    private void Check()
    {
        if (!Directory.Exists(_folder))
            throw new NoRunException(File.Exists(_folder) ? $"{_folder} is a file; name the folder of a run." : $"There is no folder {_folder}.");
        if (CsvTable.Open(_folder, ResultsFiles.Conditions) is { } table)
        {
            if (!table.Has("trial") || !table.Has("condition") || !table.Has("requests"))
                throw new NoRunException($"{Path.Combine(_folder, table.Name)} was not written by this program: it has no column "
                    + $"`{((string[])["trial", "condition", "requests"]).First(column => !table.Has(column))}`.");
            return;
        }

        if (!File.Exists(Path.Combine(_folder, "scenario.yaml")))
            throw new NoRunException($"{_folder} holds no run: there is neither {ResultsFiles.Conditions} nor scenario.yaml in it. Runs write to "
                + "results/NAME/TIME, or where --output says.");
    }

    private string Text(string name)
    {
        var path = Path.Combine(_folder, name);
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }

    /// <summary>The rows of a file that not every run has.</summary>
    private IEnumerable<CsvRow> Rows(string name)
    {
        if (CsvTable.Open(_folder, name) is not { } table)
            yield break;
        foreach (var row in table.Rows())
            yield return row;
        SayDamage(table);
    }

    private void SayDamage(CsvTable table)
    {
        if (table.Damaged > 0)
            _missing.Add($"{table.Name}: {table.Damaged} row(s) are torn or have another number of cells, and are left out.");
    }

    private void SayHowFar(RunFacts facts, int finished)
    {
        if (finished == 0)
            _missing.Add("No trial is finished: there is nothing measured to show yet.");
        else if (facts.Trials is { } trials && facts.State is "running" or "interrupted" or "failed" && trials.All > finished)
            _missing.Add($"{finished} of {trials.All} trials are finished"
                + (facts.State == "running" ? ", and the run goes on or was killed: "
                    : facts.State == "failed" ? "; the run failed: " : "; the run was interrupted: ")
                + "what is shown is of these. `run … --resume` makes the others.");
        if (facts.Only.Length > 0)
            _missing.Add($"Only a part of the scenario was run: {facts.Only}.");
    }

    private (Dictionary<int, TrialRequests> ByTrial, Dictionary<int, LayerUse> Layers) ReadRequests()
    {
        var (byTrial, layers) = (new Dictionary<int, TrialRequests>(), new Dictionary<int, LayerUse>());
        if (CsvTable.Open(_folder, ResultsFiles.Requests) is not { } table)
        {
            _missing.Add($"{ResultsFiles.Requests} is not there: latencies, timelines and layers cannot be shown, and intervals are those of summary.csv.");
            return (byTrial, layers);
        }

        foreach (var row in table.Rows())
        {
            if (row.Integer("trial") is not { } trial)
                continue;
            if (!byTrial.TryGetValue(trial, out var requests))
                (byTrial[trial], layers[trial]) = (requests, _) = (new TrialRequests(), new LayerUse());
            Add(row, requests, layers[trial]);
        }

        return (byTrial, layers);
    }

    /// <summary>Adds a row of <c>requests.csv</c> to what is known of its trial.</summary>
    internal static void Add(CsvRow row, TrialRequests requests, LayerUse use)
    {
        var completed = row["outcome"] == "completed";
        var skipped = row.Layers("skipped");
        requests.Numbers.Add(row.Integer("request") ?? requests.Numbers.Count);
        requests.SubmittedMs.Add(row.Number("submitted_ms") ?? 0);
        requests.LatencyMs.Add(completed ? row.Number("latency_ms") ?? double.NaN : double.NaN);
        requests.Images.Add(row.Integer("images") ?? 1);
        requests.Correct.Add(completed ? row.Integer("correct") ?? -1 : -1);
        requests.Skipped.Add(completed ? (short)skipped.Count : (short)-1);
        requests.Resends.Add(row.Integer("retries") ?? 0);
        requests.Late.Add(row["outcome"] == "deadline_exceeded");
        if (row["warm_up"] == "true")
        {
            requests.WarmUp++;
            return;
        }

        if (!completed)
            return;
        use.Completed++;
        var order = row.Layers("order");
        var ascending = true;
        for (var position = 0; position < order.Count; position++)
        {
            var key = (position, order[position]);
            use.Executed[key] = use.Executed.GetValueOrDefault(key) + 1;
            ascending &= position == 0 || order[position] > order[position - 1];
        }

        use.InOrder += ascending ? 1 : 0;
        foreach (var layer in skipped)
            use.Skipped[layer] = use.Skipped.GetValueOrDefault(layer) + 1;
        foreach (var layer in row.Layers("pruned"))
            use.Pruned[layer] = use.Pruned.GetValueOrDefault(layer) + 1;
    }

    private (List<TrialData> Trials, string Name, string Seed) ReadTrials(CsvTable? table, Dictionary<int, TrialRequests> requests)
    {
        var trials = new List<TrialData>();
        var (name, seed) = ("", "");
        if (table is null)
            return (trials, name, seed);
        string[] swept = [.. SweptIn(table)];
        foreach (var row in table.Rows())
        {
            if (row.Integer("trial") is not { } trial || trials.Any(known => known.Key.Trial == trial))
                continue;
            (name, seed) = (row["scenario"], row["seed"]);
            trials.Add(Trial(row, trial, swept, requests.GetValueOrDefault(trial)));
            if (requests.Count > 0 && trials[^1].Images.Length != trials[^1].Metrics.Requests)
                _missing.Add($"{ResultsFiles.Requests} has {trials[^1].Images.Length} of the {trials[^1].Metrics.Requests} requests of trial {trial}.");
        }

        SayDamage(table);
        foreach (var stray in requests.Keys.Except(trials.Select(trial => trial.Key.Trial)).ToList())
            requests.Remove(stray); // of a trial that was not finished
        return (trials, name, seed);
    }

    private static TrialData Trial(CsvRow row, int trial, string[] swept, TrialRequests? requests)
    {
        var all = requests ?? new TrialRequests();
        var own = Enumerable.Range(all.WarmUp, all.Numbers.Count - all.WarmUp).ToArray();
        return new TrialData
        {
            Key = new TrialKey(trial, row["model"], row.Integer("training_seed") ?? 0, row["policy"], row["condition"], row.Integer("repeat") ?? 0),
            Swept = swept.Where(column => !IsNumber(column, swept)).ToDictionary(column => column, column => row[column]),
            SweptNumbers = swept.Where(column => IsNumber(column, swept)).ToDictionary(column => column, column => row[column]),
            Metrics = TrialMetrics.Read(column => row.Number(column) ?? (IsCount(column) ? 0 : null)),
            FirstRequest = all.WarmUp,
            Images = [.. own.Select(i => all.Images[i])],
            Correct = [.. own.Select(i => Math.Max(0, all.Correct[i]))],
            LatencyMs = [.. own.Select(i => all.LatencyMs[i])],
            Skipped = [.. own.Select(i => all.Skipped[i])],
        };
    }

    /// <summary>What a blank cell of an older file stands for: nothing was counted.</summary>
    private static bool IsCount(string column) => column is "requests" or "completed" or "failed" or "images" or "messages_sent" or "messages_lost"
        or "messages_duplicated" or "messages_corrupted" or "messages_reordered" or "retries" or "results_superseded" or "bytes_sent";

    private static IEnumerable<string> SweptIn(CsvTable table) => table.Columns.SkipWhile(column => column != "seed").Skip(1)
        .TakeWhile(column => column != SweptColumns.BaseCondition && column != "requests");

    private static bool IsNumber(string column, string[] swept) =>
        column.EndsWith("_value", StringComparison.Ordinal) && swept.Contains(column[..^"_value".Length]);

    private static Dictionary<ResultGroup, LayerUse> Together(Dictionary<int, ResultGroup> groupOf, Dictionary<int, LayerUse> layers)
    {
        var together = new Dictionary<ResultGroup, LayerUse>(ReferenceEqualityComparer.Instance);
        foreach (var (trial, use) in layers)
        {
            if (!groupOf.TryGetValue(trial, out var group))
                continue;
            if (!together.TryGetValue(group, out var sum))
                together[group] = sum = new LayerUse();
            sum.Completed += use.Completed;
            sum.InOrder += use.InOrder;
            foreach (var (key, count) in use.Executed)
                sum.Executed[key] = sum.Executed.GetValueOrDefault(key) + count;
            foreach (var (key, count) in use.Skipped)
                sum.Skipped[key] = sum.Skipped.GetValueOrDefault(key) + count;
            foreach (var (key, count) in use.Pruned)
                sum.Pruned[key] = sum.Pruned.GetValueOrDefault(key) + count;
        }

        return together;
    }

    private Dictionary<ResultGroup, LinkTotals> ReadLinks(Dictionary<int, ResultGroup> groupOf)
    {
        var links = new Dictionary<ResultGroup, LinkTotals>(ReferenceEqualityComparer.Instance);
        foreach (var row in Rows(ResultsFiles.Links))
        {
            if (row.Integer("trial") is not { } trial || !groupOf.TryGetValue(trial, out var group))
                continue;
            if (!links.TryGetValue(group, out var totals))
                links[group] = totals = new LinkTotals();
            var sent = row.Number("messages_sent") ?? 0;
            totals.Sent += sent;
            for (var i = 0; i < LinkTotals.Quantities.Count; i++)
            {
                if (row.Number("realised_" + LinkTotals.Quantities[i]) is not { } realised)
                    continue;
                totals.Asked[i] += sent * (row.Number("asked_" + LinkTotals.Quantities[i]) ?? 0);
                totals.Realised[i] += sent * realised;
                totals.Weights[i] += sent;
            }

            if (row.Number("latency_mean_ms") is { } drawn)
                totals.LatencyMs = (totals.LatencyMs.Asked + (sent * (row.Number("latency_asked_mean_ms") ?? 0)), totals.LatencyMs.Realised + (sent * drawn),
                    totals.LatencyMs.Weight + sent);
            totals.Dropped = (totals.Dropped.Link + (row.Number("dropped_link_down") ?? 0),
                totals.Dropped.Receiver + (row.Number("dropped_receiver_down") ?? 0),
                totals.Dropped.Queue + (row.Number("dropped_queue") ?? 0));
        }

        return links;
    }

    private List<LedgerRow> ReadLedger(IEnumerable<int> finished)
    {
        var known = finished.ToHashSet();
        var ledger = Rows(ResultsFiles.Faults).Where(row => row.Integer("trial") is { } trial && known.Contains(trial)).Take(MostEvents + 1)
            .Select(Entry).ToList();
        if (ledger.Count > MostEvents)
        {
            _missing.Add($"{ResultsFiles.Faults} has more than {MostEvents} events: those behind are not shown.");
            ledger.RemoveAt(MostEvents);
        }

        return ledger;
    }

    /// <summary>A row of <c>faults.csv</c>.</summary>
    internal static LedgerRow Entry(CsvRow row) => new(row.Integer("trial")!.Value, row.Number("time_ms") ?? 0, row["fault"], row["kind"], row["target"],
        row["effect"], row.Number("requested_ms"), row.Number("lasted_ms"));

    private List<EpochRow> ReadTraining() => [.. Rows(ResultsFiles.Training).Select(row => new EpochRow(row["model"],
        row.Integer("training_seed") ?? 0, row.Integer("epoch") ?? 0, row.Number("loss"), row.Number("top1_sequential"), row.Number("top1_arbitrary")))];

    private Dictionary<(string, string, string, string), Interval> ReadSummary()
    {
        var kept = new Dictionary<(string, string, string, string), Interval>();
        if (CsvTable.Open(_folder, ResultsFiles.Summary) is not { } table)
            return kept;
        string[] metrics = [.. table.Columns.Where(column => column.EndsWith("_ci_low", StringComparison.Ordinal)).Select(column => column[..^7])];
        foreach (var row in table.Rows())
        {
            foreach (var metric in metrics)
                kept[(row["model"], row["policy"], row["condition"], metric)] =
                    new Interval(row.Number(metric + "_ci_low"), row.Number(metric + "_ci_high"), (long)(row.Number(metric + "_n") ?? 0));
        }

        return kept;
    }
}

/// <summary>A folder holds no run that could be shown.</summary>
/// <param name="message">A sentence that says why.</param>
public sealed class NoRunException(string message) : Exception(message);
