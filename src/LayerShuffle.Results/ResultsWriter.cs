using LayerShuffle.Network.Records;
using LayerShuffle.Network.Trials;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Results;

/// <summary>
/// Writes a run's CSV files as its trials finish. A trial's rows are appended whole, those of <c>conditions.csv</c> last, so that a row there marks a finished trial.
/// In a directory that already holds results it first drops what unfinished trials left, then goes on behind the finished ones.
/// </summary>
public sealed class ResultsWriter : IDisposable
{
    private readonly string _directory;
    private readonly long _seed;
    private readonly string _scenarioName;
    private readonly IReadOnlyList<string> _sweptKeys;
    private readonly List<TrialData> _trials = [];
    private readonly HashSet<(string Model, int TrainingSeed, int Epoch)> _epochs = [];
    private readonly List<CsvFile> _files = [];
    private readonly CsvFile _requests;
    private readonly CsvFile _hops;
    private readonly CsvFile _faults;
    private readonly CsvFile _links;
    private readonly CsvFile _training;
    private readonly CsvFile _conditions;

    /// <summary>Opens the files in a directory, which is created where it is missing; new files get their header at once.</summary>
    /// <param name="directory">Where the files are.</param>
    /// <param name="seed">The scenario's seed.</param>
    /// <param name="scenarioName">The scenario's name.</param>
    /// <param name="sweptKeys">The swept keys, such as <c>routing.order</c>, in the scenario's order.</param>
    /// <exception cref="InvalidDataException">The directory holds results with other columns.</exception>
    public ResultsWriter(string directory, long seed, string scenarioName, IReadOnlyList<string> sweptKeys)
    {
        (_directory, _seed, _scenarioName, _sweptKeys) = (directory, seed, scenarioName, sweptKeys);
        Directory.CreateDirectory(directory);
        foreach (var left in Directory.EnumerateFiles(directory, "*.csv" + ResultsFiles.Unfinished))
            File.Delete(left); // by a run that was killed
        ResultsReader.FinishedTrials(directory);
        try
        {
            _requests = Open(ResultsFiles.Requests, ResultsColumns.Requests);
            _hops = Open(ResultsFiles.Hops, ResultsColumns.Hops);
            _faults = Open(ResultsFiles.Faults, ResultsColumns.Faults);
            _links = Open(ResultsFiles.Links, ResultsColumns.Links);
            _training = Open(ResultsFiles.Training, ResultsColumns.Training);
            _conditions = Open(ResultsFiles.Conditions, ResultsColumns.Conditions(sweptKeys));
            _trials.AddRange(ResultsReader.Trials(directory));
            _epochs.UnionWith(ResultsReader.TrainedEpochs(directory));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The finished trials, in the order of their rows; those of an earlier run that this one resumes come first.</summary>
    public IReadOnlyList<TrialData> Trials => _trials;

    /// <summary>Whether there is anything but headers.</summary>
    public bool HasRows => _trials.Count > 0 || _epochs.Count > 0;

    /// <summary>Appends a finished trial to every file, or to none.</summary>
    /// <param name="record">The trial.</param>
    /// <param name="sweptValues">Its value for every swept key.</param>
    /// <param name="sweptNumbers">Those of the values that are numbers, in SI units; null for none.</param>
    public void WriteTrial(TrialRecord record, IReadOnlyDictionary<string, string> sweptValues, IReadOnlyDictionary<string, double>? sweptNumbers = null)
    {
        using var trial = Begin(record.Key, sweptValues, sweptNumbers);
        trial.Finish(record);
    }

    /// <summary>Begins a trial whose rows come while it runs; nothing of it is in the files until it has finished.</summary>
    /// <param name="key">What identifies it.</param>
    /// <param name="sweptValues">Its value for every swept key.</param>
    /// <param name="sweptNumbers">Those of the values that are numbers, in SI units; null for none.</param>
    public TrialWriter Begin(TrialKey key, IReadOnlyDictionary<string, string> sweptValues, IReadOnlyDictionary<string, double>? sweptNumbers = null)
    {
        if (_trials.Any(trial => trial.Key.Trial == key.Trial))
            throw new InvalidOperationException($"Trial {key.Trial} is already in the results.");
        var missing = _sweptKeys.Where(swept => !sweptValues.ContainsKey(swept)).ToList();
        if (missing.Count > 0)
            throw new ArgumentException($"Trial {key.Trial} has no value for the swept {string.Join(", ", missing)}.", nameof(sweptValues));
        return new TrialWriter(this, _directory, key, sweptValues, sweptNumbers);
    }

    /// <summary>Appends epochs to <c>training.csv</c>; those it already has, from the run that is resumed, are passed over.</summary>
    public void WriteTraining(IEnumerable<TrainingRecord> records)
    {
        using var rows = new CsvBuffer();
        var fresh = new HashSet<(string, int, int)>();
        foreach (var record in records)
        {
            if (_epochs.Contains((record.Model, record.TrainingSeed, record.Epoch)) || !fresh.Add((record.Model, record.TrainingSeed, record.Epoch)))
                continue;
            rows.Add(record.Model).Add(record.TrainingSeed).Add("").Add("").Add("").Add(record.Epoch).Add(record.Step).Add(record.Loss).Add(record.ClassLoss)
                .Add(record.PositionLoss).Add(record.LearningRate).Add(record.Top1Sequential).Add(record.Top1Arbitrary).EndRow();
        }
        _training.Append(rows);
        _epochs.UnionWith(fresh);
    }

    /// <summary>Writes <c>summary.csv</c> over all finished trials, and draws it; new files take the place of older ones at once.</summary>
    public void WriteSummary()
    {
        var groups = ResultGroup.Of(_trials);
        SummaryFile.Write(Path.Combine(_directory, ResultsFiles.Summary), groups, _sweptKeys);
        SummaryPlot.Write(Path.Combine(_directory, ResultsFiles.Plot), _scenarioName, groups);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }

    /// <summary>Appends a finished trial to all files or to none. Everything is rendered and computed before anything is written: a mistake in a record leaves no half trial behind.</summary>
    internal void Append(TrialWriter trial, TrialData data, IReadOnlyDictionary<string, string> sweptValues)
    {
        using var condition = ConditionRow(data, sweptValues);
        AppendAll([(_requests, trial.Requests), (_hops, trial.Hops), (_faults, trial.Faults), (_links, trial.Links), (_conditions, condition)]);
        _trials.Add(data);
    }

    private static void AppendAll((CsvFile File, CsvBuffer Rows)[] parts)
    {
        var before = parts.Select(part => part.File.Length).ToArray();
        try
        {
            foreach (var (file, rows) in parts)
                file.Append(rows);
        }
        catch
        {
            for (var i = 0; i < parts.Length; i++)
                parts[i].File.TakeBack(before[i]);
            throw;
        }
    }

    private CsvFile Open(string name, IReadOnlyList<string> columns)
    {
        var file = new CsvFile(Path.Combine(_directory, name), columns);
        _files.Add(file);
        return file;
    }

    private CsvBuffer ConditionRow(TrialData trial, IReadOnlyDictionary<string, string> sweptValues)
    {
        var row = new CsvBuffer().AddKey(trial.Key).Add(_scenarioName).Add(_seed);
        foreach (var key in _sweptKeys)
            row.Add(sweptValues[key]);
        foreach (var key in _sweptKeys)
            row.Add(trial.SweptNumbers.GetValueOrDefault(SweptColumns.NumberName(key), ""));
        row.Add(SweptColumns.Bare(trial.Key.Condition));
        foreach (var column in TrialMetrics.Columns)
            row.Add(trial.Metrics.Value(column));
        row.EndRow();
        return row;
    }
}
