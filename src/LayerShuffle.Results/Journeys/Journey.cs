using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Results.Journeys;

/// <summary>One request on its way, and what its time went into.</summary>
/// <param name="Trial">Its trial.</param>
/// <param name="Request">The request.</param>
/// <param name="Hops">All hop attempts that were kept of it, in their order.</param>
/// <param name="Faults">When faults of the trial were in force.</param>
/// <param name="Legs">The way of its result, hop by hop; of a request without one, the way that came furthest.</param>
/// <param name="Rest">From the last hop's arrival to the end.</param>
/// <param name="Last">Sendings after the last leg that led nowhere, of a request without a result.</param>
public sealed record Journey(TrialKey Trial, RequestRecord Request, IReadOnlyList<HopRecord> Hops, IReadOnlyList<FaultSpan> Faults, IReadOnlyList<Leg> Legs,
    Duration Rest, IReadOnlyList<HopRecord> Last)
{
    private const string Untraced = "not_traced";

    /// <summary>Whether every attempt was kept.</summary>
    public bool IsWhole => Hops.All(hop => hop.Fate != Untraced);

    /// <summary>Time on links: propagation, transmission and what waits for the bandwidth.</summary>
    public Duration OnLinks => Sum(leg => leg.OnLink);

    /// <summary>Time in queues of nodes.</summary>
    public Duration InQueues => Sum(leg => leg.InQueue);

    /// <summary>Time of computing.</summary>
    public Duration Computing => Sum(leg => leg.Computing);

    /// <summary>Time that senders waited for an acknowledgement which never came, or for news of a node's end.</summary>
    public Duration ForTimeouts => Sum(leg => leg.Tries.Count > 0 ? leg.Waited : Duration.Zero);

    /// <summary>Time that nothing of this explains: between a layer and the sending of its output, and between the result's arrival and the outcome.</summary>
    public Duration Otherwise => Sum(leg => leg.Tries.Count > 0 ? Duration.Zero : leg.Waited) + Rest;

    /// <summary>All of it: of a request that completed, its latency.</summary>
    public Duration Total => OnLinks + InQueues + Computing + ForTimeouts + Otherwise;

    /// <summary>Who sent hops of it again, and how often, by name.</summary>
    public IReadOnlyList<(string Sender, int Times)> Resenders =>
        [.. Hops.Where(hop => hop.Attempt > 0).GroupBy(hop => hop.From).OrderBy(sender => sender.Key, StringComparer.Ordinal)
            .Select(sender => (sender.Key, sender.Count()))];

    /// <summary>Puts a journey together.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="request">The request.</param>
    /// <param name="hops">The hop attempts of it.</param>
    /// <param name="ledger">The trial's ledger.</param>
    public static Journey Of(TrialKey trial, RequestRecord request, IEnumerable<HopRecord> hops, IEnumerable<LedgerEntry> ledger)
    {
        HopRecord[] all = [.. hops.OrderBy(hop => hop.Sent)]; // stable
        HopRecord[] way = new WayBack(request, [.. all.Where(hop => hop.Fate != Untraced)]).Find();
        List<Leg> legs = [];
        Instant at = request.Submitted;
        foreach (HopRecord hop in way)
        {
            legs.Add(new Leg(hop, at, Tries(all, hop.From, hop.Position, at, hop.Sent)));
            at = hop.ComputeEnd ?? hop.Delivered ?? hop.Sent;
        }

        bool completed = request.Latency is not null;
        Duration rest = completed ? request.Submitted + request.Latency!.Value - at : Duration.Zero;
        HopRecord[] last = completed ? []
            : Tries(all, way.Length > 0 ? way[^1].To : "coordinator", way.Length > 0 ? way[^1].Position + 1 : 0, at, Instant.Never);
        return new Journey(trial, request, all, FaultSpan.Of(ledger), legs, rest, last);
    }

    /// <summary>What a sender sent of one position before the hop that came through.</summary>
    private static HopRecord[] Tries(HopRecord[] all, string from, int position, Instant begin, Instant end) =>
        [.. all.Where(hop => hop.From == from && hop.Position == position && hop.Sent >= begin && hop.Sent < end && hop.Fate != Untraced)];

    private Duration Sum(Func<Leg, Duration> part) => Legs.Aggregate(Duration.Zero, (sum, leg) => sum + part(leg));
}

/// <summary>One hop of a way, with what went before it.</summary>
/// <param name="Hop">The attempt that came through.</param>
/// <param name="Begin">When what it carries was there to be sent: the submission, or the end of the layer before.</param>
/// <param name="Tries">What the same sender sent in vain before, for this layer or for others.</param>
public sealed record Leg(HopRecord Hop, Instant Begin, IReadOnlyList<HopRecord> Tries)
{
    /// <summary>How long it waited until it was sent.</summary>
    public Duration Waited => Hop.Sent - Begin;

    /// <summary>How long it was under way.</summary>
    public Duration OnLink => (Hop.Delivered ?? Hop.Sent) - Hop.Sent;

    /// <summary>How long it waited for the layer.</summary>
    public Duration InQueue => Hop.ComputeStart is { } start ? start - (Hop.Delivered ?? Hop.Sent) : Duration.Zero;

    /// <summary>How long the layer took.</summary>
    public Duration Computing => Hop is { ComputeStart: { } start, ComputeEnd: { } end } ? end - start : Duration.Zero;
}
