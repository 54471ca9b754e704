using LayerShuffle.Report.Reading;

namespace LayerShuffle.Report.Replays;

/// <summary>A trial that can be played again, with the journeys of its traced requests: columns of whole numbers, which take little room.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="Name">What it is called.</param>
/// <param name="EndMs">When it ended.</param>
/// <param name="UnitMs">What times are counted in.</param>
public sealed record ReplayTrial(int Trial, string Name, double EndMs, double UnitMs)
{
    /// <summary>The endpoints, the coordinator first.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    /// <summary>The fates that hops met.</summary>
    public required IReadOnlyList<string> Fates { get; init; }

    /// <summary>
    /// The hops, a column each, by a letter: request, branch, position, attempt, from, to, layer (-1 for the way back), sent, delivered, acknowledged,
    /// computation begun, ended (after sending; -1 for never), fate.
    /// </summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<long>> Hops { get; init; }

    /// <summary>
    /// The traced requests, a column each: number, submitted, latency (-1 for none), layers lost, resends, images, right ones (-1 for unknown).
    /// </summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<long>> Requests { get; init; }

    /// <summary>What struck: from, to, target, kind, fault.</summary>
    public required IReadOnlyList<Strike> Strikes { get; init; }

    /// <summary>What is left out, for a sentence; blank: nothing.</summary>
    public string LeftOut { get; init; } = "";
}
