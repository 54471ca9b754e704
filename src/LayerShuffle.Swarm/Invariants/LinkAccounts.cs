using LayerShuffle.Core.Links;
using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>Messages and bytes are conserved: what <c>links.csv</c> says of a link is what follows from the hops that crossed it.</summary>
internal static class LinkAccounts
{
    public static IEnumerable<string> Broken(TrialBook book)
    {
        if (!book.IsWhole())
            yield break;
        IReadOnlyDictionary<int, RequestRow> requests = book.ByNumber();
        ILookup<(string, string), HopRow> hops = book.Hops
            .Where(hop => !hop.IsLocal && !(requests.TryGetValue(hop.Request, out RequestRow? of) && of.WarmUp)).ToLookup(hop => (hop.From, hop.To));
        foreach ((string from, string to) in hops.Select(link => link.Key).Where(link => !book.Links.Any(row => (row.From, row.To) == link)))
            yield return $"the link {from}->{to} carried hops and has no row";
        foreach (LinkRow link in book.Links)
        {
            if (link.From == link.To || book.Links.Count(other => (other.From, other.To) == (link.From, link.To)) > 1)
                yield return $"there is no such link, or there are two rows of it: {link}";
            HopRow[] own = [.. hops[(link.From, link.To)]];
            foreach (string problem in Counts(book, link, own, requests).Concat(Shares(book, link, own, requests)))
                yield return $"{problem}: {link}";
        }
    }

    private static IEnumerable<string> Counts(TrialBook book, LinkRow link, HopRow[] hops, IReadOnlyDictionary<int, RequestRow> requests)
    {
        long bytes = hops.Sum(hop => requests.TryGetValue(hop.Request, out RequestRow? request) ? book.Bytes(hop, request.Images) : 0);
        if (link.Sent != hops.Length)
            yield return $"{hops.Length} hops were handed to it";
        if (link.Bytes != bytes)
            yield return $"the hops had {bytes} bytes";
        if (link.LinkDown != Fate("link_down"))
            yield return $"{Fate("link_down")} hops met it down";
        long underway = link.Sent - link.LinkDown + link.Duplicated - link.Lost - link.QueueFull - link.Delivered - link.Corrupted - link.ReceiverDown;
        if (underway < 0)
            yield return "more copies ended than there were";
        if (link.Overtook > link.Delivered + link.Corrupted)
            yield return "more overtook than arrived";
        if (book.Duplicates())
        {
            // a row tells of an attempt, whose two copies may meet two fates
            long arrived = Fate("delivered") + Fate("garbled");
            if (link.Delivered + link.Corrupted < arrived || link.Delivered > 2 * arrived || link.Duplicated > link.Sent - link.LinkDown
                || link.Lost < Fate("lost") - underway || link.Lost > (2 * Fate("lost")) + link.Duplicated)
                yield return $"its copies are not those of its {hops.Length} hops, {Fate("delivered")} of which were delivered and {Fate("lost")} lost";
            yield break;
        }

        if (link.Duplicated != 0)
            yield return "nothing was to be duplicated";
        (string Fate, long Told)[] told =
        [
            ("delivered", link.Delivered), ("lost", link.Lost), ("queue_full", link.QueueFull), ("corrupted", link.Corrupted - Fate("garbled")),
            ("receiver_down", link.ReceiverDown),
            ("in_flight", underway),
        ];
        foreach ((string fate, long count) in told.Where(one => one.Told != Fate(one.Fate)))
            yield return $"{Fate(fate)} hops were {fate}, and {count} are told";

        long Fate(string fate) => hops.Count(hop => hop.Fate == fate);
    }

    private static IEnumerable<string> Shares(TrialBook book, LinkRow link, HopRow[] hops, IReadOnlyDictionary<int, RequestRow> requests)
    {
        if (!Near(link.RealisedLoss, link.Sent - link.LinkDown + link.Duplicated is > 0 and var copies ? (double)link.Lost / copies : null))
            yield return $"its realised loss is not {link.Lost} of its copies";
        if (!Near(link.RealisedDuplicate, link.Sent - link.LinkDown is > 0 and var taken ? (double)link.Duplicated / taken : null))
            yield return $"its realised duplication is not {link.Duplicated} of its messages";
        if (book.Duplicates() || !book.IsSteady() || book.WarmsUp())
            yield break;
        LinkConditions asked = book.Link(link.From, link.To);
        if (asked.BandwidthBytesPerSecond is { } bandwidth)
        {
            double busy = Busy(book, hops, hop => (long)Math.Round((book.Bytes(hop, requests[hop.Request].Images) + asked.OverheadBytes) / bandwidth * 1e9));
            if (book.Length > 0 && !Near(link.BusyShare, busy / book.Length, 1e-6))
                yield return FormattableString.Invariant($"it was busy {busy / book.Length} of the time");
        }
        else if (link.BusyShare > 0)
        {
            yield return "it was busy without a limit of bandwidth";
        }

        bool told = asked is { BandwidthBytesPerSecond: null, Reorder: 0, KeepOrder: false } && !book.Pauses()
            && hops.All(hop => hop.Fate is "delivered" or "garbled" or "lost" or "link_down");
        HopRow[] delivered = [.. hops.Where(hop => hop.Delivered is not null)];
        if (told && delivered.Length > 0 && !Near(link.LatencyMeanMs, delivered.Average(hop => (hop.Delivered!.Value - hop.Sent) / 1e6), 1e-6))
            yield return FormattableString.Invariant($"its latencies have a mean of {delivered.Average(hop => (hop.Delivered!.Value - hop.Sent) / 1e6)} ms");
        if (told && asked.Latency.Always() is not null && link.Overtook > 0)
            yield return "something overtook where everything takes the same time";
        if (hops.Select(hop => hop.Sent).Distinct().Count() == hops.Length && !Near(link.BurstLength, Bursts(hops)))
            yield return FormattableString.Invariant($"its losses come in bursts of {Bursts(hops)}");
    }

    /// <summary>The time in which something was transmitted, within the trial.</summary>
    private static double Busy(TrialBook book, HopRow[] hops, Func<HopRow, long> transmission)
    {
        long free = 0, busy = 0;
        foreach (HopRow hop in hops.Where(hop => hop.Fate is not ("lost" or "queue_full" or "link_down")).OrderBy(hop => hop.Sent))
        {
            long start = Math.Max(free, hop.Sent);
            free = start + transmission(hop);
            busy += Math.Max(0, Math.Min(free, book.Length) - start);
        }

        return busy;
    }

    private static double? Bursts(HopRow[] hops)
    {
        int lost = 0, bursts = 0;
        bool losing = false;
        foreach (HopRow hop in hops.Where(hop => hop.Fate != "link_down").OrderBy(hop => hop.Sent))
        {
            bool now = hop.Fate == "lost";
            (lost, bursts, losing) = (lost + (now ? 1 : 0), bursts + (now && !losing ? 1 : 0), now);
        }

        return bursts > 0 ? (double)lost / bursts : null;
    }

    private static bool Near(double? told, double? expected, double relative = 1e-9) => told is null == expected is null
        && (told is null || Math.Abs(told.Value - expected!.Value) <= Math.Max(1e-9, relative * Math.Abs(expected.Value)));
}
