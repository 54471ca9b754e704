using LayerShuffle.Core.Links;
using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>Messages take the time that was asked for: never less than the least, and exactly it where nothing is drawn and nothing queues.</summary>
internal static class Delays
{
    public static IEnumerable<string> Broken(TrialBook book)
    {
        if (!book.IsSteady())
            yield break;
        IReadOnlyDictionary<int, RequestRow> requests = book.ByNumber();
        foreach (HopRow hop in book.Hops.Where(hop => hop is { IsLocal: false, Delivered: not null }))
        {
            LinkConditions there = book.Link(hop.From, hop.To), back = book.Link(hop.To, hop.From);
            long took = hop.Delivered!.Value - hop.Sent;
            long bytes = requests.TryGetValue(hop.Request, out RequestRow? request) ? book.Bytes(hop, request.Images) : 0;
            long transmission = there.BandwidthBytesPerSecond is { } bandwidth ? (long)Math.Floor((bytes + there.OverheadBytes) / bandwidth * 1e9) - 1 : 0;
            long least = there.Reorder > 0 ? 0 : there.Latency.Always() ?? there.Latency.Min.Nanoseconds;
            if (took < least + transmission)
                yield return FormattableString.Invariant($"it took less than the {(least + transmission) / 1e6} ms that it must: ") + hop;
            long? most = there.Latency.MostEver();
            if (there is { BandwidthBytesPerSecond: null, KeepOrder: false } && took > most && book.Paused(hop.To).Count == 0)
                yield return FormattableString.Invariant($"it took more than the {most / 1e6} ms that it may: ") + hop;
            if (hop.Acked is { } acked && Acknowledged(book, hop, back, acked - hop.Delivered.Value) is { } problem)
                yield return problem + hop;
        }
    }

    private static string? Acknowledged(TrialBook book, HopRow hop, LinkConditions back, long took)
    {
        long least = back.Latency.Always() ?? back.Latency.Min.Nanoseconds;
        if (took < least)
            return FormattableString.Invariant($"its acknowledgement took less than the {least / 1e6} ms that it must: ");
        // Of two copies the second one's acknowledgement may be the first that comes back.
        return took > back.Latency.MostEver() && !book.Duplicates() && book.Paused(hop.From).Count == 0
            ? FormattableString.Invariant($"its acknowledgement took more than the {back.Latency.MostEver() / 1e6} ms that it may: ") : null;
    }
}
