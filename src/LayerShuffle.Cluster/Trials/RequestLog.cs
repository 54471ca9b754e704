using LayerShuffle.Network.Records;
using LayerShuffle.Network.Time;

namespace LayerShuffle.Cluster.Trials;

/// <summary>Outcomes as they come in. Each request may be added once.</summary>
public sealed class RequestLog(int requests)
{
    private readonly RequestRecord?[] records = new RequestRecord?[requests];

    /// <summary>Requests that have their outcome.</summary>
    public int Count { get; private set; }

    /// <summary>Whether all have.</summary>
    public bool IsComplete => Count == records.Length;

    /// <summary>When the last one got it.</summary>
    public Instant LastOutcome { get; private set; }

    /// <summary>Results that came after the outcome.</summary>
    public long ResultsSuperseded { get; set; }

    /// <summary>Called with every outcome.</summary>
    public Action<RequestRecord>? Added { get; set; }

    /// <summary>The outcomes by request.</summary>
    /// <exception cref="InvalidOperationException">Some request has none: a bug.</exception>
    public IReadOnlyList<RequestRecord> Records =>
        IsComplete ? [.. records.OfType<RequestRecord>()] : throw new InvalidOperationException($"{records.Length - Count} requests have no outcome.");

    /// <summary>Adds an outcome.</summary>
    public void Add(RequestRecord record, Instant now)
    {
        if (records[record.Request] is not null)
            throw new InvalidOperationException($"Request {record.Request} has two outcomes.");
        records[record.Request] = record;
        Count++;
        LastOutcome = now;
        Added?.Invoke(record);
    }
}
