using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>
/// A hop is sent on at the instant at which its layer is done, and nothing is sent that does not follow from a submission, a computation or a hop that was
/// given up. What the coordinator takes for the answer went the way that it says.
/// </summary>
internal static class Chains
{
    public static IEnumerable<string> Broken(TrialBook book)
    {
        if (!book.IsWhole() || book.Planned.Spec.Network.NanGuard)
            yield break; // a layer that the guard hands on counts as skipped
        ILookup<int, HopRow> byRequest = book.Hops.ToLookup(hop => hop.Request);
        foreach (RequestRow request in book.Requests)
        {
            HopRow[] hops = [.. byRequest[request.Request]];
            // who defers, waits, avoids or chooses sends, or does not, for reasons that no file tells
            IEnumerable<string> sendings = book.Planned.Spec.Routing.IsPlain() ? Onward(book, request, hops).Concat(Causes(book, request, hops)) : [];
            foreach (string problem in sendings.Concat(Answer(book, request, hops)))
                yield return problem;
        }
    }

    private static IEnumerable<string> Onward(TrialBook book, RequestRow request, HopRow[] hops)
    {
        int first = hops.Count(hop => hop is { From: Asked.Coordinator, Branch: 0, Position: 0, Attempt: 0 } && hop.Sent == request.Submitted);
        if (first != 1 && !book.LosesWeights())
            yield return $"{first} first hops leave the coordinator when the request is submitted: {request}";
        foreach (HopRow hop in hops.Where(hop => hop.End <= book.Deadline(request)))
        {
            int next = hops.Count(other => other.From == hop.To && other.Branch == hop.Branch && other.Position == hop.Position + 1 && other.Attempt == 0
                && other.Sent == hop.End);
            if (next != 1 && !book.LosesWeights())
                yield return $"what was computed is sent on {next} times at the end of computing: {hop}";
        }
    }

    private static IEnumerable<string> Causes(TrialBook book, RequestRow request, HopRow[] hops)
    {
        foreach (HopRow hop in hops.Where(hop => hop.Attempt == 0))
        {
            bool submitted = hop is { From: Asked.Coordinator, Branch: 0, Position: 0 } && hop.Sent == request.Submitted;
            bool computed = hops.Any(before => before.To == hop.From && before.Branch == hop.Branch && before.Position == hop.Position - 1
                && before.End == hop.Sent);
            bool givenUp = hops.Any(before => before.From == hop.From && before.Branch != hop.Branch && before.Position == hop.Position
                && before.Sent <= hop.Sent && before.Layer != hop.Layer && before.Layer is not null
                && (before.Attempt == book.Planned.Spec.Routing.Retries || book.LosesWeights()));
            bool knewBetter = book.LosesWeights() && hop.Branch > 0; // it lacks the weights of a layer on itself, and sends nothing
            if (!submitted && !computed && !givenUp && !knewBetter)
                yield return $"nothing led to this hop: {hop}";
        }
    }

    private static IEnumerable<string> Answer(TrialBook book, RequestRow request, HopRow[] hops)
    {
        long? first = hops.Where(hop => hop.IsResult && hop.Delivered is not null).Min(hop => hop.Delivered);
        if (!request.Completed)
        {
            if (request.Outcome == "failed" && book.Planned.Spec.Routing.IsPlain() && !book.LosesWeights()
                && !hops.Any(hop => hop.Attempt == book.Planned.Spec.Routing.Retries))
                yield return $"it failed, and no hop of it has used up its resends: {request}";
            if (first <= book.Deadline(request) && book.Planned.Spec.Routing.Parallel == 1 && request.Outcome == "deadline_exceeded")
                yield return $"a result came in time, and the deadline is said to be missed: {request}";
            yield break;
        }

        long outcome = request.Submitted + request.Latency!.Value;
        if (book.Planned.Spec.Routing.Parallel > 1)
        {
            // an answer is a sum of parts: the last of them came at that time, or was waited for since the first
            if (first is not { } begun || begun > outcome)
                yield return $"it was answered before anything came back: {request}";
            yield break;
        }

        long waits = book.Planned.Spec.Routing is { CombinesLogits: true, Redundancy: { } redundancy } ? redundancy.Wait.Nanoseconds : 0; // for other journeys
        if (first is not { } came || outcome < came || outcome > Math.Min(came + waits, book.Deadline(request)))
            yield return $"the first result came at another time: {request}";
        else if (!hops.Any(hop => hop.IsResult && hop.Delivered == came && hop.Position == request.Order.Count && Leads(hop, request, hops, [])))
            yield return $"no way through the hops leads to the order that is told: {request}";
        if (request.Retries > hops.Count(hop => hop.Attempt > 0))
            yield return $"its journey has more resends than there were: {request}";
        if (request.Hedges > (book.Planned.Spec.Routing.Hedge is null ? 0 : request.Retries))
            yield return $"its journey has more second copies than there can have been: {request}";
    }

    /// <summary>Whether somebody's work leads to a hop. Each is asked once: where hops are sent many times, there are more ways than anybody can go.</summary>
    private static bool Leads(HopRow hop, RequestRow request, HopRow[] hops, HashSet<HopRow> asked)
    {
        if (hop.Position == 0)
            return hop.From == Asked.Coordinator;
        return asked.Add(hop) && hops.Any(before => before.Position == hop.Position - 1 && before.Layer == request.Order[hop.Position - 1]
            && before.To == hop.From && before.End <= hop.Sent && Leads(before, request, hops, asked));
    }
}
