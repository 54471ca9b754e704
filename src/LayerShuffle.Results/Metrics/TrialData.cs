using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Results.Metrics;

/// <summary>
/// What is kept of a trial for the statistics: its metrics, and a few numbers per request (about 18 bytes, 26 with a model), so that many long trials fit
/// in memory.
/// </summary>
public sealed record TrialData
{
    /// <summary>What identifies the trial.</summary>
    public required TrialKey Key { get; init; }

    /// <summary>The swept values by column name (see <see cref="SweptColumns"/>).</summary>
    public required IReadOnlyDictionary<string, string> Swept { get; init; }

    /// <summary>Those swept values that are numbers, in SI units, by the names of their columns.</summary>
    public IReadOnlyDictionary<string, string> SweptNumbers { get; init; } = new Dictionary<string, string>();

    /// <summary>The trial's metrics.</summary>
    public required TrialMetrics Metrics { get; init; }

    /// <summary>Number of the first request that is measured: those before it are of the warm-up, and what follows here is without them.</summary>
    public int FirstRequest { get; init; }

    /// <summary>Images of each request.</summary>
    public required int[] Images { get; init; }

    /// <summary>Images of each request that were classified right; 0 where the request did not complete or there is no model.</summary>
    public required int[] Correct { get; init; }

    /// <summary>Latency of each request; NaN where it did not complete.</summary>
    public required double[] LatencyMs { get; init; }

    /// <summary>Layers that each request lost to failures; -1 where it did not complete.</summary>
    public required short[] Skipped { get; init; }

    /// <summary>Mean loss of each request's images; NaN where it has none, and those behind the end have none either (<see cref="HasLoss"/>).</summary>
    public double[] Loss { get; init; } = [];

    /// <summary>What is expected over sets of dead nodes, where these were weighed instead of a trial in time; else null.</summary>
    public ExpectedAccuracy? Expected { get; init; }

    /// <summary>Whether a model computed.</summary>
    public bool HasModel => Metrics.Top1 is not null;

    /// <summary>Whether a request completed.</summary>
    public bool Completed(int request) => Skipped[request] >= 0;

    /// <summary>Whether it is known how far a request's answers were from the truth.</summary>
    public bool HasLoss(int request) => request < Loss.Length && !double.IsNaN(Loss[request]);

    /// <summary>Takes from a trial's records what is kept of them.</summary>
    /// <param name="record">The trial.</param>
    /// <param name="swept">Its swept values, by key or by column.</param>
    /// <param name="numbers">Those that are numbers, likewise; null for none.</param>
    public static TrialData From(TrialRecord record, IReadOnlyDictionary<string, string> swept, IReadOnlyDictionary<string, double>? numbers = null)
    {
        var builder = new TrialDataBuilder();
        foreach (var request in record.Requests)
            builder.Add(request);
        return builder.Finish(record, swept, numbers);
    }
}
