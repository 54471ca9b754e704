using LayerShuffle.Core.Files;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Results;

/// <summary>
/// Writes a run's CSV files as its trials finish. A trial's rows are appended whole, those of <c>conditions.csv</c> last, so that a row there marks a finished
/// trial; <c>rows.seal</c> says what made it, and vouches for its rows. In a directory that already holds results it first drops what unfinished trials left,
/// and what is not as it was written, then goes on behind the finished ones.
/// </summary>
public sealed class ResultsWriter : IDisposable
{
    private readonly string _directory;
    private readonly long _seed;
    private readonly string _scenarioName;
    private readonly IReadOnlyList<string> _sweptKeys;
    private readonly List<TrialData> _trials = [];
    private readonly Dictionary<int, TrialIdentity> _identities = [];
    private readonly TrainingRows _epochs;
    private readonly List<CsvFile> _files = [];
    private readonly CsvFile _requests;
    private readonly CsvFile _hops;
    private readonly CsvFile _faults;
    private readonly CsvFile _links;
    private readonly CsvFile _recovery;
    private readonly CsvFile? _reliability;
    private readonly CsvFile? _importance;
    private readonly CsvFile _training;
    private readonly CsvFile _seals;
    private readonly CsvFile _conditions;

    /// <summary>Opens the files in a directory, which is created where it is missing; new files get their header at once.</summary>
    /// <param name="directory">Where the files are.</param>
    /// <param name="seed">The scenario's seed.</param>
    /// <param name="scenarioName">The scenario's name.</param>
    /// <param name="sweptKeys">The swept keys, such as <c>routing.order</c>, in the scenario's order.</param>
    /// <param name="durable">Whether rows must survive a power failure once they are appended; not so where they are read at once and thrown away.</param>
    /// <exception cref="InvalidDataException">The directory holds results with other columns.</exception>
    /// <param name="weighsSets">Whether any trial weighs sets of dead nodes: two files more.</param>
    public ResultsWriter(string directory, long seed, string scenarioName, IReadOnlyList<string> sweptKeys, bool durable = true, bool weighsSets = false)
    {
        (_directory, _seed, _scenarioName, _sweptKeys) = (directory, seed, scenarioName, sweptKeys);
        Disk.MakeFolder(directory);
        foreach (var left in Directory.EnumerateFiles(directory, "*.csv" + ResultsFiles.Unfinished))
            Disk.Delete(left); // by a run that was killed
        var columns = new Dictionary<string, IReadOnlyList<string>>
        {
            [ResultsFiles.Requests] = ResultsColumns.Requests,
            [ResultsFiles.Hops] = ResultsColumns.Hops,
            [ResultsFiles.Faults] = ResultsColumns.Faults,
            [ResultsFiles.Links] = ResultsColumns.Links,
            [ResultsFiles.Recovery] = ResultsColumns.Recovery,
            [ResultsFiles.Reliability] = ResultsColumns.Reliability,
            [ResultsFiles.Importance] = ResultsColumns.Importance,
            [ResultsFiles.Training] = ResultsColumns.Training,
            [ResultsFiles.Seals] = RowSeals.Columns,
            [ResultsFiles.Conditions] = ResultsColumns.Conditions(sweptKeys),
        };
        foreach (var (name, its) in columns) // all of them before anything is changed
            CsvFile.CheckHeader(Path.Combine(directory, name), its);
        var (finished, damaged) = RowSeals.Check(directory);
        _identities = new(finished);
        Damaged = damaged;
        CsvRecords.Keep(Path.Combine(directory, ResultsFiles.Training), _ => true);
        _epochs = new(Path.Combine(directory, ResultsFiles.Training));
        try
        {
            _requests = Open(ResultsFiles.Requests);
            _hops = Open(ResultsFiles.Hops);
            _faults = Open(ResultsFiles.Faults);
            _links = Open(ResultsFiles.Links);
            _recovery = Open(ResultsFiles.Recovery);
            (_reliability, _importance) = weighsSets ? (Open(ResultsFiles.Reliability), Open(ResultsFiles.Importance)) : (null, null);
            _training = Open(ResultsFiles.Training);
            _seals = Open(ResultsFiles.Seals);
            _conditions = Open(ResultsFiles.Conditions);
            _trials.AddRange(ResultsReader.Trials(directory));
            _epochs.Read();
        }
        catch
        {
            Dispose();
            throw;
        }

        CsvFile Open(string name)
        {
            var file = new CsvFile(Path.Combine(directory, name), columns[name], durable);
            _files.Add(file);
            return file;
        }
    }

    /// <summary>The finished trials, in the order of their rows; those of an earlier run that this one resumes come first.</summary>
    public IReadOnlyList<TrialData> Trials => _trials;

    /// <summary>
    /// Trials of an earlier run that count as unfinished because something is wrong with their rows: their numbers, and what it is, for the end of a sentence.
    /// </summary>
    public IReadOnlyList<(int Trial, string Reason)> Damaged { get; }

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
    /// <param name="identity">What makes it; null: nothing is known.</param>
    /// <param name="outages">Whether nodes can go down, so that a few numbers more of each request are kept until the trial has finished.</param>
    public TrialWriter Begin(TrialKey key, IReadOnlyDictionary<string, string> sweptValues, IReadOnlyDictionary<string, double>? sweptNumbers = null,
        TrialIdentity? identity = null, bool outages = true)
    {
        if (_trials.Any(trial => trial.Key.Trial == key.Trial))
            throw new InvalidOperationException($"Trial {key.Trial} is already in the results.");
        var missing = _sweptKeys.Where(swept => !sweptValues.ContainsKey(swept)).ToList();
        if (missing.Count > 0)
            throw new ArgumentException($"Trial {key.Trial} has no value for the swept {string.Join(", ", missing)}.", nameof(sweptValues));
        return new TrialWriter(this, _directory, key, sweptValues, sweptNumbers) { Identity = identity ?? TrialIdentity.Unknown, Times = outages ? new() : null };
    }

    /// <summary>Drops finished trials of an earlier run that are none of this one: they can be written again.</summary>
    /// <param name="isAnothers">Judges a trial by its key and by what made it.</param>
    /// <returns>The trials that were dropped.</returns>
    public IReadOnlyList<TrialKey> Drop(Func<TrialKey, TrialIdentity, bool> isAnothers)
    {
        List<TrialKey> dropped = [.. _trials.Select(trial => trial.Key).Where(key => isAnothers(key, _identities[key.Trial]))];
        if (dropped.Count == 0)
            return [];
        var gone = dropped.Select(key => (int?)key.Trial).ToHashSet();
        foreach (var file in (CsvFile[])[_conditions, _requests, _hops, _faults, _links, _recovery, .. Weighed, _seals]) // first the one that says what is finished
            file.Keep(record => !gone.Contains(CsvRecords.Trial(record)));
        _trials.RemoveAll(trial => gone.Contains(trial.Key.Trial));
        return dropped;
    }

    /// <summary>
    /// Writes epochs to <c>training.csv</c>; those that it already has are passed over, and what it has of the same models that is not what they say goes.
    /// </summary>
    public void WriteTraining(IEnumerable<TrainingRecord> records) => _epochs.Write(_training, records);

    /// <summary>
    /// Puts all rows into the order of the trials, where a run that was resumed has left them in another, so that the files are those of a run that nothing
    /// stopped.
    /// </summary>
    /// <param name="models">The models, in their order.</param>
    public void Arrange(IReadOnlyList<string> models)
    {
        foreach (var file in (CsvFile[])[_requests, _hops, _faults, _links, _recovery, .. Weighed, _seals, _conditions])
            file.Arrange();
        _trials.Sort((one, other) => one.Key.Trial.CompareTo(other.Key.Trial));
        _epochs.Arrange(_training, models);
    }

    /// <summary>Writes <c>summary.csv</c> and <c>differences.csv</c> over all finished trials, and draws the first; new files take the place of older ones at once.</summary>
    /// <exception cref="IOException">They cannot be written, or one of the other files is no longer there.</exception>
    public void WriteSummary()
    {
        foreach (var file in _files)
            file.CheckThere();
        var groups = ResultGroup.Of(_trials);
        SummaryFile.Write(Path.Combine(_directory, ResultsFiles.Summary), groups, _sweptKeys);
        DifferencesFile.Write(Path.Combine(_directory, ResultsFiles.Differences), groups);
        SummaryPlot.Write(Path.Combine(_directory, ResultsFiles.Plot), _scenarioName, groups);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }

    /// <summary>
    /// Appends a finished trial to all files or to none. Everything is rendered and computed before anything is written: a mistake in a record leaves no half
    /// trial behind.
    /// </summary>
    internal void Append(TrialWriter trial, TrialData data, IReadOnlyDictionary<string, string> sweptValues)
    {
        using var condition = ConditionRow(data, sweptValues);
        using var seal = RowSeals.Of(data.Key.Trial, trial.Identity, [trial.Requests, trial.Hops, trial.Faults, trial.Links, trial.Recovery, trial.Reliability,
            trial.Importance, condition]);
        AppendAll([(_requests, trial.Requests), (_hops, trial.Hops), (_faults, trial.Faults), (_links, trial.Links),
            (_recovery, trial.Recovery), .. Weighed.Zip([trial.Reliability, trial.Importance]), (_seals, seal), (_conditions, condition)]);
        _identities[data.Key.Trial] = trial.Identity;
        _trials.Add(data);
    }

    private IEnumerable<CsvFile> Weighed => _reliability is null ? [] : [_reliability, _importance!];

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
