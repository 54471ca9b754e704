using LayerShuffle.Core.Routing;
using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>
/// A hop is sent again when its acknowledgement is overdue or its receiver has died, not before and not after it was acknowledged; when its resends are used
/// up, something else happens at that instant.
/// </summary>
internal static class Resends
{
    public static IEnumerable<string> Broken(TrialBook book)
    {
        RoutingSpec routing = book.Planned.Spec.Routing;
        foreach (HopRow hop in book.Hops.Where(hop => routing.OnFailure is OnFailure.Fail or OnFailure.Skip
            && hop.Attempt > routing.Retries + (routing.Hedge is null ? 0 : 1) && !(hop.IsResult && routing.OnFailure != OnFailure.Fail)))
            yield return $"a resend too many, {routing.Retries} are allowed, and one second copy where hops are hedged: {hop}";
        if (!book.IsWhole() || book.Pauses() || book.LosesWeights() || !routing.IsPlain())
            yield break;
        IReadOnlyDictionary<int, RequestRow> requests = book.ByNumber();
        ILookup<int, HopRow> byRequest = book.Hops.ToLookup(hop => hop.Request);
        foreach (IGrouping<(int, int, int, string, int), HopRow> group in book.Hops
            .GroupBy(hop => (hop.Request, hop.Branch, hop.Position, hop.From, book.Life(hop.From, hop.Sent))))
        {
            HopRow[] attempts = [.. group.OrderBy(hop => hop.Attempt)];
            for (int i = 0; i < attempts.Length; i++)
            {
                if (attempts[i].Attempt != i)
                    yield return $"attempt {i} of a hop is missing: {attempts[i]}";
                else if (i > 0 && Reason(book, routing, attempts, i) is { } problem)
                    yield return $"{problem}: {attempts[i]} after {attempts[i - 1]}";
            }

            if (routing.Timeout?.Nanoseconds is { } timeout && requests.TryGetValue(group.First().Request, out RequestRow? request)
                && Abandoned(book, routing, attempts, request, byRequest[request.Request], timeout))
                yield return $"nothing arrived of it, and nothing was done when the acknowledgement was overdue: {attempts[^1]}";
        }
    }

    private static string? Reason(TrialBook book, RoutingSpec routing, HopRow[] attempts, int i)
    {
        (HopRow before, HopRow again) = (attempts[i - 1], attempts[i]);
        if (before.IsLocal)
            return "what stayed on the endpoint is sent again";
        if (attempts.Take(i).Any(earlier => book.Down(earlier.To).Any(span => span.Begin <= again.Sent)))
            return null; // a death is reason enough
        if (attempts.Take(i).Any(earlier => earlier.Acked <= again.Sent))
            return "it is sent again though it was acknowledged";
        return routing.Timeout?.Nanoseconds is { } timeout && again.Sent != before.Sent + timeout
            ? "it is not sent again when its acknowledgement is overdue, but at another time"
            : again.Sent < before.Sent ? "it is sent again before it was sent" : null;
    }

    private static bool Abandoned(TrialBook book, RoutingSpec routing, HopRow[] attempts, RequestRow request, IEnumerable<HopRow> all, long timeout)
    {
        HopRow last = attempts[^1];
        long due = last.Sent + timeout;
        bool settled = request.Completed ? due >= request.Submitted + request.Latency : request.Outcome == "failed";
        // what an earlier life of the sender sent of the same hop may arrive late, and its acknowledgement reaches this one
        bool arrived = all.Any(hop => hop.From == last.From && (hop.Branch, hop.Position) == (last.Branch, last.Position) && hop.Delivered is not null);
        if (last.IsLocal || arrived || due >= book.End || due >= book.Deadline(request)
            || (last.From == Asked.Coordinator && settled) || book.Down(last.From).Any(span => span.Begin <= due && span.End > last.Sent)
            || (routing.OnFailure == OnFailure.Fail && last.Attempt >= routing.Retries))
            return false;
        return !all.Any(hop => hop.From == last.From && hop.Sent == due && hop != last);
    }
}
