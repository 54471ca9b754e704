using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Recoveries;

namespace LayerShuffle.Results;

/// <summary>
/// The rows of one trial while it runs. They wait beside the results files and are appended to these when the trial has finished: a trial that does not finish
/// leaves none.
/// </summary>
public sealed class TrialWriter : ITrialRows, IDisposable
{
    private readonly ResultsWriter _results;
    private readonly IReadOnlyDictionary<string, string> _sweptValues;
    private readonly IReadOnlyDictionary<string, double>? _sweptNumbers;
    private readonly TrialDataBuilder _data = new();

    internal TrialWriter(ResultsWriter results, string directory, TrialKey key, IReadOnlyDictionary<string, string> sweptValues,
        IReadOnlyDictionary<string, double>? sweptNumbers)
    {
        (_results, Key, _sweptValues, _sweptNumbers) = (results, key, sweptValues, sweptNumbers);
        Requests = new(Spill(directory, ResultsFiles.Requests));
        Hops = new(Spill(directory, ResultsFiles.Hops));
        Faults = new(Spill(directory, ResultsFiles.Faults));
        Links = new(Spill(directory, ResultsFiles.Links));
    }

    /// <summary>What identifies the trial.</summary>
    public TrialKey Key { get; }

    internal TrialIdentity Identity { get; init; } = TrialIdentity.Unknown;

    internal RequestTimes? Times { get; init; }

    internal CsvBuffer Requests { get; }

    internal CsvBuffer Hops { get; }

    internal CsvBuffer Faults { get; }

    internal CsvBuffer Links { get; }

    internal CsvBuffer Recovery { get; } = new();

    internal CsvBuffer Reliability { get; } = new();

    internal CsvBuffer Importance { get; } = new();

    /// <inheritdoc/>
    public void Add(RequestRecord request)
    {
        _data.Add(request);
        Times?.Add(request);
        Requests.AddRequest(Key, request);
    }

    /// <inheritdoc/>
    public void Add(HopRecord hop) => Hops.AddHop(Key, hop);

    /// <summary>The trial has finished: appends its rows to every file.</summary>
    /// <param name="record">What it left behind; requests and hops that it holds come after those that were added.</param>
    public void Finish(TrialRecord record)
    {
        if (record.Key != Key)
            throw new ArgumentException($"Trial {record.Key.Trial} cannot end what trial {Key.Trial} began.", nameof(record));
        foreach (var request in record.Requests)
            Add(request);
        foreach (var hop in record.Hops)
            Add(hop);
        Faults.AddFaults(record);
        Links.AddLinks(record);
        Recovery.AddRecovery(record, Times);
        Reliability.AddReliability(record);
        Importance.AddImportance(record);
        _results.Append(this, _data.Finish(record, _sweptValues, _sweptNumbers), _sweptValues);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Requests.Dispose();
        Hops.Dispose();
        Faults.Dispose();
        Links.Dispose();
        Recovery.Dispose();
        Reliability.Dispose();
        Importance.Dispose();
    }

    private static string Spill(string directory, string file) => Path.Combine(directory, file + ResultsFiles.Unfinished);
}
