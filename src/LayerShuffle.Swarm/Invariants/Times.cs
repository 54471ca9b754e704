using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>Time never runs backwards, and nobody works for a request after its deadline.</summary>
internal static class Times
{
    public static IEnumerable<string> Broken(TrialBook book)
    {
        IReadOnlyDictionary<int, RequestRow> requests = book.ByNumber();
        foreach (HopRow hop in book.Hops)
        {
            if (hop.Delivered < hop.Sent || hop.Acked < hop.Delivered || hop.Start < hop.Delivered || hop.End < hop.Start)
                yield return $"time runs backwards: {hop}";
            bool arrived = hop.Fate is "delivered" or "garbled" or "local";
            if (arrived != (hop.Delivered is not null)
                || (!arrived && (hop.Acked ?? hop.Start ?? hop.End) is not null) || (hop.Start is null && hop.End is not null))
                yield return $"its fate and its times contradict each other: {hop}";
            if (hop.IsLocal && (hop.From != hop.To || hop.Delivered != hop.Sent || hop.Acked != hop.Sent))
                yield return $"what stays on an endpoint takes no time: {hop}";
            if (Math.Max(hop.Sent, Math.Max(hop.Delivered ?? 0, Math.Max(hop.Acked ?? 0, Math.Max(hop.Start ?? 0, hop.End ?? 0)))) > book.End + 1)
                yield return $"it happens after the end of the trial: {hop}";
            if (!requests.TryGetValue(hop.Request, out RequestRow? request))
            {
                yield return $"there is no such request: {hop}";
                continue;
            }

            if (hop.Sent < request.Submitted || hop.Sent > book.Deadline(request) || hop.Start > book.Deadline(request))
                yield return $"somebody works for the request before it is submitted or after its deadline: {hop}";
            if (request.Completed && hop.From == Asked.Coordinator && hop.Sent > request.Submitted + request.Latency)
                yield return $"the coordinator sends for a request that has its outcome: {hop}";
        }

        for (int i = 1; i < book.Hops.Count; i++)
        {
            if (book.Hops[i].Request == book.Hops[i - 1].Request && book.Hops[i].Sent < book.Hops[i - 1].Sent)
                yield return $"hops do not stand in the order of sending: {book.Hops[i]}";
        }

        for (int i = 1; i < book.Faults.Count; i++)
        {
            if (book.Faults[i].Time < book.Faults[i - 1].Time)
                yield return $"the ledger runs backwards: {book.Faults[i]}";
        }
    }
}
