using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Trials;

/// <summary>Outcomes as they come in. Each request may be added once.</summary>
/// <param name="requests">How many there are; more may come while the last of them has no outcome.</param>
/// <param name="rows">Takes the outcomes in the order of the requests, so that only those wait here that an earlier request holds up; null: all are kept for
/// <see cref="Records"/>.</param>
public sealed class RequestLog(Func<int> requests, ITrialRows? rows = null)
{
    private readonly List<RequestRecord> records = []; // in order, where nobody takes them
    private readonly Dictionary<int, RequestRecord> waiting = []; // for an earlier one; looked up by key only
    private readonly Dictionary<int, HashSet<HopId>> received = []; // membership only
    private int next; // the first request without an outcome
    private int measured; // the first request that is not of the warm-up, as far as is known

    /// <summary>Requests that have their outcome.</summary>
    public int Count { get; private set; }

    /// <summary>Whether all have.</summary>
    public bool IsComplete => Count == requests();

    /// <summary>When the last one got it.</summary>
    public Instant LastOutcome { get; private set; }

    /// <summary>Results that came after the outcome; those of the warm-up are not counted.</summary>
    public long ResultsSuperseded { get; set; }

    /// <summary>Whether a request that has been submitted is of the warm-up.</summary>
    public bool IsWarmUp(int request) => request < Volatile.Read(ref measured);

    /// <summary>A request is submitted: requests come in the order of their numbers.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isWarmUp">Whether it is of the warm-up.</param>
    public void Submitted(int request, bool isWarmUp)
    {
        if (isWarmUp)
            Volatile.Write(ref measured, request + 1);
    }

    /// <summary>Called with every outcome.</summary>
    public Action<RequestRecord>? Added { get; set; }

    /// <summary>What is held in memory for single requests: outcomes that wait for an earlier one, and results that are remembered.</summary>
    public int Held => waiting.Count + received.Count;

    /// <summary>The outcomes by request.</summary>
    /// <exception cref="InvalidOperationException">Some request has none: a bug.</exception>
    public IReadOnlyList<RequestRecord> Records =>
        IsComplete ? records : throw new InvalidOperationException($"{requests() - Count} requests have no outcome.");

    /// <summary>Adds an outcome.</summary>
    public void Add(RequestRecord record, Instant now)
    {
        if (record.Request < next || !waiting.TryAdd(record.Request, record))
            throw new InvalidOperationException($"Request {record.Request} has two outcomes.");
        Count++;
        LastOutcome = now;
        for (; waiting.Remove(next, out RequestRecord? ended); next++)
        {
            if (rows is null)
                records.Add(ended);
            else
                rows.Add(ended);
        }

        Added?.Invoke(record);
    }

    /// <summary>Remembers a result; false if it is a copy of one that came before. A copy may come long after the deadline.</summary>
    public bool Receive(HopId result)
    {
        if (!received.TryGetValue(result.Request, out HashSet<HopId>? results))
            received[result.Request] = results = new(1);
        return results.Add(result);
    }

    /// <summary>No copy of the request's results is underway any more, and none will be sent.</summary>
    public void Forget(int request) => received.Remove(request);
}
