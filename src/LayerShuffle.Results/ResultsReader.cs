using CsvHelper;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Metrics;

namespace LayerShuffle.Results;

/// <summary>Reads the CSV files of a run: to resume it, to report on it, to compare it.</summary>
public static class ResultsReader
{
    /// <summary>
    /// The trials that have their row in <c>conditions.csv</c> and whose rows are those that were written. What unfinished trials left in any file, the half
    /// row that a killed run may have left as a last line, and the rows of trials with which something is wrong, are dropped from the files on the way.
    /// </summary>
    public static IReadOnlyList<TrialKey> FinishedTrials(string directory)
    {
        RowSeals.Check(directory);
        CsvRecords.Keep(Path.Combine(directory, ResultsFiles.Training), _ => true);
        var conditions = Path.Combine(directory, ResultsFiles.Conditions);
        // A run that was killed while it made the file leaves it without a header: no trial is in it.
        return File.Exists(conditions) && new FileInfo(conditions).Length > 0 ? [.. Rows(conditions).Select(Key)] : [];
    }

    /// <summary>What the statistics need of every trial, from <c>conditions.csv</c> and <c>requests.csv</c>.</summary>
    /// <exception cref="InvalidDataException">The two files contradict each other.</exception>
    public static IReadOnlyList<TrialData> Trials(string directory)
    {
        var requests = RequestsByTrial(Path.Combine(directory, ResultsFiles.Requests));
        var expected = ExpectedByTrial(Path.Combine(directory, ResultsFiles.Importance));
        var trials = new List<TrialData>();
        foreach (var row in Rows(Path.Combine(directory, ResultsFiles.Conditions)))
        {
            var key = Key(row);
            var metrics = TrialMetricsCalculator.Read(column => CsvFormat.ParseNumber(column == "loss" ? row.Newer(column) : row[column]));
            var all = requests.GetValueOrDefault(key.Trial) ?? [];
            var own = all.Where(request => !request.WarmUp).ToList();
            if (own.Count != metrics.Requests)
                throw new InvalidDataException($"conditions.csv says that trial {key.Trial} had {metrics.Requests} requests, but requests.csv has {own.Count} "
                    + "of them.");
            var weighed = expected.GetValueOrDefault(key.Trial);
            trials.Add(new TrialData
            {
                Key = key,
                Expected = weighed,
                Swept = Cells(row, SweptColumns.Swept(row.Columns)),
                SweptNumbers = Cells(row, SweptColumns.SweptNumbers(row.Columns)),
                Metrics = weighed is null ? metrics : metrics with { ExpectedCompletion = weighed.Completion },
                FirstRequest = all.Count - own.Count,
                Images = [.. own.Select(request => request.Images)],
                Correct = [.. own.Select(request => request.Correct)],
                LatencyMs = [.. own.Select(request => request.LatencyMs)],
                Skipped = [.. own.Select(request => request.Skipped)],
                Loss = own.Exists(request => !double.IsNaN(request.Loss)) ? [.. own.Select(request => request.Loss)] : [],
            });
        }
        return trials;
    }

    /// <summary>The columns of a results file, in their order.</summary>
    public static IReadOnlyList<string> Columns(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var csv = CsvReader.Create(stream, CsvFormat.Reading, leaveOpen: true);
        return csv.Read() ? Cells(csv) : throw new InvalidDataException($"{path} is empty: it has not even a header.");
    }

    /// <summary>The rows of a results file, one at a time.</summary>
    public static IEnumerable<ResultsRow> Rows(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var csv = CsvReader.Create(stream, CsvFormat.Reading, leaveOpen: true);
        if (!csv.Read())
            throw new InvalidDataException($"{path} is empty: it has not even a header.");
        var columns = Cells(csv);
        var index = columns.Select((column, i) => (column, i)).ToDictionary(pair => pair.column, pair => pair.i, StringComparer.Ordinal);
        for (var row = 1; csv.Read(); row++)
        {
            var cells = Cells(csv);
            if (cells.Length != columns.Length)
                throw new InvalidDataException($"{path}, row {row}: {cells.Length} cells under {columns.Length} columns.");
            yield return new ResultsRow(path, columns, index, cells);
        }
    }

    private static Dictionary<string, string> Cells(ResultsRow row, IEnumerable<string> columns) =>
        columns.ToDictionary(column => column, column => row[column], StringComparer.Ordinal);

    private static string[] Cells(CsvReader csv) => [.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)];

    internal static TrialKey Key(ResultsRow row) => new(
        CsvFormat.ParseInteger(row["trial"]), row["model"], CsvFormat.ParseInteger(row["training_seed"]), row["policy"], row["condition"],
        CsvFormat.ParseInteger(row["repeat"]));

    private static Dictionary<int, ExpectedAccuracy> ExpectedByTrial(string path) => !File.Exists(path) ? []
        : Rows(path).Where(row => row["kind"] == TrialRows.ExpectedKind).ToDictionary(row => CsvFormat.ParseInteger(row["trial"]), row => new ExpectedAccuracy(
            CsvFormat.ParseNumber(row["value"]), CsvFormat.ParseNumber(row["ci_low"]), CsvFormat.ParseNumber(row["ci_high"]),
            CsvFormat.ParseInteger(row["n"]), CsvFormat.ParseNumber(row["probability"]) ?? 0, row["method"] == "exact"));

    private static Dictionary<int, List<(int Images, int Correct, double LatencyMs, short Skipped, bool WarmUp, double Loss)>> RequestsByTrial(string path)
    {
        var trials = new Dictionary<int, List<(int, int, double, short, bool, double)>>();
        foreach (var row in Rows(path))
        {
            var trial = CsvFormat.ParseInteger(row["trial"]);
            if (!trials.TryGetValue(trial, out var requests))
                trials.Add(trial, requests = []);
            var completed = row["outcome"] == "completed";
            requests.Add((
                CsvFormat.ParseInteger(row["images"]),
                completed ? (int)(CsvFormat.ParseNumber(row["correct"]) ?? 0) : 0,
                completed ? CsvFormat.ParseNumber(row["latency_ms"]) ?? double.NaN : double.NaN,
                completed ? (short)row["skipped"].Split(' ', StringSplitOptions.RemoveEmptyEntries).Length : (short)-1,
                row["warm_up"] == "true",
                CsvFormat.ParseNumber(row.Newer("loss")) ?? double.NaN));
        }
        return trials;
    }
}
