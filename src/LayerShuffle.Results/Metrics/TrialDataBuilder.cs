using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Statistics;

namespace LayerShuffle.Results.Metrics;

/// <summary>Takes a trial's requests one after another and keeps the few numbers of each that <see cref="TrialData"/> holds.</summary>
internal sealed class TrialDataBuilder
{
    private readonly List<int> _images = [];
    private readonly List<int> _correct = [];
    private readonly List<double> _latencyMs = [];
    private readonly List<short> _skipped = [];
    private readonly List<double> _loss = [];
    private long _correctImages;
    private long _correctTop5;
    private long _layersExecuted;
    private long _layersSkipped;
    private long _imageLayers;
    private double _openMs;
    private int _openUnknown; // did not complete, and when they were given up was not kept
    private int _warmUp;
    private long _unhealed;
    private double _kendallTau;
    private double _lossSum;
    private long _lossImages;

    /// <summary>One more request; their order is that of the sums.</summary>
    public void Add(RequestRecord request)
    {
        _unhealed += request.Unhealed ? 1 : 0;
        if (request.WarmUp)
        {
            _warmUp++;
            return;
        }

        var completed = request.Outcome == RequestOutcome.Completed;
        if (request.Ended is { } ended)
            _openMs += (ended - request.Submitted).TotalMilliseconds;
        else if (completed)
            _openMs += LatencyMs(request);
        else
            _openUnknown++;
        _images.Add(request.Images);
        _correct.Add(completed ? request.Correct ?? 0 : 0);
        _latencyMs.Add(completed ? LatencyMs(request) : double.NaN);
        _skipped.Add(completed ? (short)(request.Skipped?.Count ?? 0) : (short)-1);
        if (!completed)
            return;
        if (request.Loss is { } loss)
            AddLoss(loss, request.Images);
        _correctImages += request.Correct ?? 0;
        _correctTop5 += request.CorrectTop5 ?? 0;
        _layersExecuted += request.Order?.Count ?? 0;
        _layersSkipped += request.Skipped?.Count ?? 0;
        _imageLayers += (long)request.Images * (request.Order?.Count ?? 0);
        _kendallTau += KendallTau.NormalizedDistance(request.Order ?? []);
    }

    private void AddLoss(double loss, int images)
    {
        while (_loss.Count < _images.Count - 1)
            _loss.Add(double.NaN); // of those before it that have none; where the network alone is simulated, nothing is kept
        _loss.Add(loss);
        (_lossSum, _lossImages) = (_lossSum + (loss * images), _lossImages + images);
    }

    /// <summary>What is kept of the trial.</summary>
    /// <param name="record">What else it left behind.</param>
    /// <param name="swept">Its swept values, by key or by column.</param>
    /// <param name="numbers">Those that are numbers, likewise; null for none.</param>
    public TrialData Finish(TrialRecord record, IReadOnlyDictionary<string, string> swept, IReadOnlyDictionary<string, double>? numbers) => new()
    {
        Key = record.Key,
        Swept = SweptColumns.ByColumn(swept),
        SweptNumbers = (numbers ?? new Dictionary<string, double>())
            .ToDictionary(pair => SweptColumns.NumberName(pair.Key), pair => CsvFormat.Number(pair.Value), StringComparer.Ordinal),
        Metrics = Metrics(record),
        Expected = record.Reliability?.Expected,
        FirstRequest = _warmUp,
        Images = [.. _images],
        Correct = [.. _correct],
        LatencyMs = [.. _latencyMs],
        Skipped = [.. _skipped],
        Loss = [.. _loss],
    };

    /// <summary>The trial's metrics.</summary>
    public TrialMetrics Metrics(TrialRecord record) => record.Reliability is not { } weighed ? InTime(record) : InTime(record) with
    {
        Top1 = weighed.Expected.Top1,
        Top5 = weighed.Top5,
        Top1Completed = weighed.Top1Completed,
        LayersExecutedMean = weighed.LayersExecuted,
        LayersSkippedMean = weighed.LayersSkipped,
        FlopsPerImage = record is { HasModel: true, Flops: { } flops } && weighed.LayersExecuted is { } layers ? flops.Fixed + (flops.Layer * layers) : null,
        Availability = weighed.NodesUp,
        ExpectedCompletion = weighed.Expected.Completion,
        Loss = weighed.Loss,
    };

    private TrialMetrics InTime(TrialRecord record)
    {
        var images = _images.Sum(count => (long)count);
        var completedImages = _images.Where((_, request) => _skipped[request] >= 0).Sum(count => (long)count);
        double[] latencies = [.. _latencyMs.Where(latency => !double.IsNaN(latency))];
        double[] allLatencies = [.. _latencyMs.Select(latency => double.IsNaN(latency) ? record.Deadline.TotalMilliseconds : latency)];
        Array.Sort(latencies);
        Array.Sort(allLatencies);
        var completed = latencies.Length;

        return new TrialMetrics
        {
            Requests = _images.Count,
            Completed = completed,
            Failed = _images.Count - completed,
            Images = images,
            Top1 = record.HasModel ? Ratio(_correctImages, images) : null,
            Top5 = record.HasModel ? Ratio(_correctTop5, images) : null,
            Top1Completed = record.HasModel ? Ratio(_correctImages, completedImages) : null,
            LatencyMeanMs = Ratio(latencies.Sum(), completed),
            LatencyP50Ms = Quantile(latencies, 0.5),
            LatencyP95Ms = Quantile(latencies, 0.95),
            LatencyP99Ms = Quantile(latencies, 0.99),
            LatencyP95AllMs = Quantile(allLatencies, 0.95),
            ThroughputImagesPerS = Ratio(completedImages, record.Length.TotalSeconds),
            LayersExecutedMean = Ratio(_layersExecuted, completed),
            LayersSkippedMean = Ratio(_layersSkipped, completed),
            KendallTauDistanceMean = Ratio(_kendallTau, completed),
            MessagesSent = record.Links.Sum(link => link.MessagesSent),
            MessagesLost = record.Links.Sum(link => link.Lost + link.DroppedQueue + link.DroppedLinkDown + link.DroppedReceiverDown),
            MessagesDuplicated = record.Links.Sum(link => link.Duplicated),
            MessagesCorrupted = record.Links.Sum(link => link.Corrupted),
            MessagesReordered = record.Links.Sum(link => link.Overtook),
            Retries = record.Retries,
            Hedges = record.Hedges,
            EffectiveTimeRatio = EffectiveTime(latencies, _openMs + (_openUnknown * record.Deadline.TotalMilliseconds)),
            ResultsSuperseded = record.ResultsSuperseded,
            BytesSent = record.Links.Sum(link => link.Bytes),
            DurationS = record.Length.TotalSeconds,
            Availability = record.Availability,
            EnergyJPerImage = record.Joules is { } joules ? Ratio(joules, completedImages) : null,
            FlopsPerImage = record is { HasModel: true, Flops: { } flops }
                ? Ratio((flops.Fixed * (double)completedImages) + (flops.Layer * (double)_imageLayers), completedImages) : null,
            CostPer1000Images = record.Price is { } price ? Ratio(1000 * price, completedImages) : null,
            Unhealed = record.Heals ? _unhealed : null,
            Loss = record.HasModel ? Ratio(_lossSum, _lossImages) : null,
            GoodputImagesPerS = record.HasModel ? Ratio(_correctImages, record.Length.TotalSeconds) : null,
        };
    }

    /// <summary>The share of the time that requests were open that they would have been, had all gone as usual and none in vain.</summary>
    private static double? EffectiveTime(double[] latencies, double openMs) =>
        openMs > 0 ? Math.Min(1, latencies.Length * (Quantile(latencies, 0.5) ?? 0) / openMs) : null;

    private static double LatencyMs(RequestRecord request) =>
        request.Latency?.TotalMilliseconds ?? throw new InvalidDataException($"Request {request.Request} completed without a latency.");

    private static double? Ratio(double part, double whole) => whole > 0 ? part / whole : null;

    private static double? Quantile(double[] ascending, double probability) => ascending.Length > 0 ? Quantiles.Linear(ascending, probability) : null;
}
