using LayerShuffle.Core.Routing;
using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>
/// Who has sent an activation keeps it until something of what came of it is in a third one's hands. So when its receiver dies before that, the custodian does
/// something about it at the instant at which it learns of the death.
/// </summary>
internal static class Custodies
{
    public static IEnumerable<string> Broken(TrialBook book)
    {
        RoutingSpec routing = book.Planned.Spec.Routing;
        long? delay = routing.Detection?.Nanoseconds ?? routing.Timeout?.Nanoseconds;
        if (delay is not { } detection || !book.IsWhole() || book.Pauses() || book.LosesWeights() || !routing.IsPlain())
            yield break;
        IReadOnlyDictionary<int, RequestRow> requests = book.ByNumber();
        ILookup<int, HopRow> byRequest = book.Hops.ToLookup(hop => hop.Request);
        foreach (IGrouping<(int, int, int, string, int), HopRow> group in book.Hops
            .GroupBy(hop => (hop.Request, hop.Branch, hop.Position, hop.From, book.Life(hop.From, hop.Sent))))
        {
            HopRow last = group.OrderBy(hop => hop.Attempt).Last();
            if (last.IsLocal || last.IsResult || group.Any(hop => hop.To != last.To) || !requests.TryGetValue(last.Request, out RequestRow? request)
                || (routing.OnFailure == OnFailure.Fail && last.Attempt >= routing.Retries))
                continue;
            Span? death = book.Down(last.To).FirstOrDefault(span => span.Begin >= last.Delivered);
            if (death is null || last.Acked is not { } acked || acked >= death.Begin + detection)
                continue;
            long known = death.Begin + detection;
            long? first = group.Min(hop => hop.Delivered); // whichever attempt it was that was taken on
            bool custodianLives = !book.Down(last.From).Any(span => span.Begin <= known && span.End > last.Sent);
            bool settled = last.From == Asked.Coordinator && (request.Completed ? request.Submitted + request.Latency <= known : request.Outcome == "failed");
            bool gotOut = byRequest[last.Request].Any(hop => hop.From == last.To && !hop.IsLocal && hop.Delivered is not null && hop.Sent >= first
                && hop.Sent <= death.Begin);
            bool givenUp = byRequest[last.Request].Any(hop => hop.From == last.From && hop.Position == last.Position && hop.Branch != last.Branch
                && hop.Sent > last.Sent && hop.Sent < known); // before the acknowledgement came
            if (custodianLives && !settled && !gotOut && !givenUp && known < book.End && known < book.Deadline(request)
                && !byRequest[last.Request].Any(hop => hop.From == last.From && hop.Sent == known))
                yield return FormattableString.Invariant($"its receiver died at {death.Begin / 1e6} ms with all that came of it, and {last.From}, ")
                    + FormattableString.Invariant($"which knows that at {known / 1e6} ms, does nothing: {last}");
        }
    }
}
