using System.Globalization;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Results.Journeys;

/// <summary>Tells a journey in sentences.</summary>
public static class JourneyWords
{
    private const int MostTries = 20;
    private const string OnLinks = "on links", InQueues = "in queues of nodes", Computing = "computing",
        ForTimeouts = "waiting for timeouts and news of deaths";

    /// <summary>The journey, a line each; lines that belong to the one before begin with spaces.</summary>
    public static IEnumerable<string> Lines(Journey journey)
    {
        yield return $"Request {Text(journey.Request.Request)} of trial {Text(journey.Trial.Trial)}: {JourneyReader.Name(journey.Trial)}";
        yield return Outcome(journey.Request);
        if (Mostly(journey) is { } most)
            yield return most;
        if (!journey.IsWhole)
            yield return "It made more attempts than were kept: what follows tells of the first 1,000 alone.";
        yield return "Its way:";
        foreach (Leg leg in journey.Legs)
        {
            foreach (string line in leg.Tries.Take(MostTries).Select(hop => Try(journey, hop)))
                yield return line;
            if (leg.Tries.Count > MostTries)
                yield return $"             … and {Text(leg.Tries.Count - MostTries)} more in vain";
            yield return Arrival(journey, leg);
        }

        foreach (string line in journey.Last.Take(MostTries).Select(hop => Try(journey, hop)))
            yield return line;
        if (journey.Last.Count > MostTries)
            yield return $"             … and {Text(journey.Last.Count - MostTries)} more in vain";
        foreach (string line in Times(journey).Concat(Losses(journey)))
            yield return line;
    }

    /// <summary>How a request ended.</summary>
    public static string Outcome(RequestRecord request)
    {
        string images = request.Images == 1 ? $"image {Text(request.FirstImage)}"
            : $"images {Text(request.FirstImage)} to {Text(request.FirstImage + request.Images - 1)}";
        string end = request.Outcome switch
        {
            RequestOutcome.Completed => $"answered after {Ms(request.Latency!.Value)}",
            RequestOutcome.Failed => "given up",
            _ => "not answered by its deadline",
        };
        string right = request.Correct is { } correct ? $", {Text(correct)} of {Text(request.Images)} right" : "";
        if (request.Loss is { } loss)
            right += $", loss {loss.ToString("0.####", CultureInfo.InvariantCulture)}";
        return $"It asked about {images}, was submitted at {Ms(request.Submitted - Instant.Zero)}{(request.WarmUp ? " (in the warm-up)" : "")}, "
            + $"and was {end}{right}.";
    }

    private static string Arrival(Journey journey, Leg leg)
    {
        HopRecord hop = leg.Hop;
        string way = hop.Fate == "local" ? $"{hop.To} went on itself" : $"{hop.From} → {hop.To}: {Ms(leg.OnLink)} on the link";
        if (hop.Attempt > 0)
            way += $" ({Ordinal(hop.Attempt)} resend)";
        if (hop.Fate is not ("delivered" or "local"))
            way += $" ({Word(hop.Fate)})";
        if (leg is { Tries.Count: 0, Waited.Nanoseconds: > 0 })
            way = $"after {Ms(leg.Waited)}, {way}";
        string work = hop.Layer is not { } layer ? ", the answer" : hop.ComputeEnd is null ? $", for layer {Text(layer)}, which did not finish"
            : $"{(leg.InQueue.Nanoseconds > 0 ? $", {Ms(leg.InQueue)} in its queue" : "")}, layer {Text(layer)} in {Ms(leg.Computing)}";
        return $"{At(journey, hop.Sent)}{way}{work}{Met(journey, hop, hop.ComputeEnd ?? hop.Delivered ?? hop.Sent)}";
    }

    private static string Try(Journey journey, HopRecord hop)
    {
        string what = hop.Layer is { } layer ? $"for layer {Text(layer)}" : "with the answer";
        string resend = hop.Attempt > 0 ? $", {Ordinal(hop.Attempt)} resend" : "";
        return $"{At(journey, hop.Sent)}{hop.From} → {hop.To} {what}{resend}, in vain: {Fate(hop)}{Met(journey, hop, hop.Delivered ?? hop.Sent)}";
    }

    /// <summary>What became of a sending that was in vain.</summary>
    private static string Fate(HopRecord hop) => hop.Fate is "delivered" or "local" or "garbled" && hop.Acked is not null ? "it arrived, and was lost there"
        : hop.Fate is "delivered" or "garbled" ? "it arrived, but no acknowledgement came in time" : Word(hop.Fate);

    /// <summary>The faults that a hop met: on its link while it was sent, at its receiver until it was done.</summary>
    private static string Met(Journey journey, HopRecord hop, Instant end)
    {
        string[] met =
        [
            .. journey.Faults.Where(fault => fault.Meets(hop.From, hop.To, hop.Sent, end))
                .Select(fault => $"{fault.Fault} ({fault.Kind} of {fault.Target})").Distinct(),
        ];
        return met.Length == 0 ? "" : $" [met {string.Join(", ", met)}]";
    }

    /// <summary>Where most of its time went, and to whom: what somebody asks first.</summary>
    private static string? Mostly(Journey journey)
    {
        if (journey.Request.Latency is null)
            return InVain(journey) is { Length: > 0 } tries ? $"It came to nothing{tries}." : null;
        if (journey.Legs.Count == 0 || journey.Total.Nanoseconds <= 0)
            return null;
        (string name, Duration time) = Parts(journey).MaxBy(part => part.Time);
        string where = name switch
        {
            OnLinks => Longest(journey, leg => leg.OnLink, leg => $"{leg.Hop.From} → {leg.Hop.To}"),
            InQueues => Longest(journey, leg => leg.InQueue, leg => $"{leg.Hop.To}, for layer {leg.Hop.Layer}"),
            Computing => Longest(journey, leg => leg.Computing, leg => $"layer {leg.Hop.Layer} at {leg.Hop.To}"),
            ForTimeouts => InVain(journey),
            _ => "",
        };
        return $"Most of that, {Ms(time)} ({Share(time, journey.Total)}%), was spent {name}{where}.";
    }

    private static string Longest(Journey journey, Func<Leg, Duration> time, Func<Leg, string> name)
    {
        Leg longest = journey.Legs.MaxBy(time)!;
        return $" (longest: {name(longest)}, {Ms(time(longest))})";
    }

    /// <summary>What was sent in vain, to whom, and what became of it.</summary>
    private static string InVain(Journey journey)
    {
        List<HopRecord> tries = [.. journey.Legs.SelectMany(leg => leg.Tries).Concat(journey.Last)];
        if (tries.Count == 0)
            return "";
        return ": sent in vain " + string.Join(", ", Counted(tries, hop => hop.To).Select(to => $"{Text(to.Count())}× to {to.Key} ({Fates(to)})"));
    }

    private static string Fates(IEnumerable<HopRecord> hops) => string.Join(", ", Counted(hops, Fate).Select(fate => $"{Text(fate.Count())}× {fate.Key}"));

    private static IEnumerable<IGrouping<string, HopRecord>> Counted(IEnumerable<HopRecord> hops, Func<HopRecord, string> by) =>
        hops.GroupBy(by, StringComparer.Ordinal).OrderByDescending(same => same.Count());

    private static (string Name, Duration Time)[] Parts(Journey journey) =>
    [
        (OnLinks, journey.OnLinks), (InQueues, journey.InQueues), (Computing, journey.Computing), (ForTimeouts, journey.ForTimeouts),
        ("otherwise", journey.Otherwise),
    ];

    private static string Share(Duration part, Duration total) =>
        (total.Nanoseconds > 0 ? 100.0 * part.Nanoseconds / total.Nanoseconds : 0).ToString("0", CultureInfo.InvariantCulture);

    private static IEnumerable<string> Times(Journey journey)
    {
        yield return "Where its time went:";
        (string Name, Duration Time)[] parts = Parts(journey);
        Duration total = journey.Total;
        foreach ((string name, Duration time) in parts.Where((part, i) => i < 4 || part.Time.Nanoseconds != 0))
            yield return $"  {Ms(time),14}  {Share(time, total),3}%  {name}";

        yield return $"  {Ms(total),14}        {(journey.Request.Latency is null ? "to where it came furthest" : "together: its latency")}";
    }

    private static IEnumerable<string> Losses(Journey journey)
    {
        yield return journey.Resenders.Count == 0 ? "Nobody sent anything of it again."
            : "Sent again by " + string.Join(", ", journey.Resenders.Select(sender => $"{sender.Sender} ({Text(sender.Times)}×)"))
                + (journey.Request.Retries is { } retries ? $"; {Text(retries)} of these on the way of its result." : ".");
        RequestRecord request = journey.Request;
        if (request.Order is { } order)
            yield return $"Layers executed: {(order.Count == 0 ? "none" : string.Join(' ', order))}; "
                + $"lost to failures: {(request.Skipped is { Count: > 0 } skipped ? string.Join(' ', skipped) : "none")}"
                + (request.Pruned.Count > 0 ? $"; left out on purpose: {string.Join(' ', request.Pruned)}." : ".");
    }

    private static string At(Journey journey, Instant time) => $"{"+" + Ms(time - journey.Request.Submitted),12} ";

    private static string Word(string fate) => fate switch
    {
        "lost" => "lost on the link",
        "corrupted" => "garbled on the link, and dropped",
        "garbled" => "it arrived as other numbers",
        "queue_full" => "dropped, as the link's queue was full",
        "link_down" => "the link was down",
        "receiver_down" => "the receiver was down",
        "in_flight" => "still under way when the trial ended",
        _ => fate,
    };

    private static string Ordinal(int number) => number switch { 1 => "1st", 2 => "2nd", 3 => "3rd", _ => Text(number) + "th" };

    private static string Ms(Duration time) => time.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture) + " ms";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
