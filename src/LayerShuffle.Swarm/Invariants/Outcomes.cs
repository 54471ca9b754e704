using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>Every request ends once, in time, with every layer accounted for.</summary>
internal static class Outcomes
{
    public static IEnumerable<string> Broken(TrialBook book)
    {
        if (book.Planned.Spec.Workload is { Requests: { } asked, Arrivals.Kind: not ArrivalKind.Trace } && book.Requests.Count != asked)
            yield return $"{asked} requests were asked for, and {book.Requests.Count} have a row";
        for (int i = 0; i < book.Requests.Count; i++)
        {
            if (book.Requests[i].Request != i)
                yield return $"row {i} is that of request {book.Requests[i].Request}: {book.Requests[i]}";
        }

        foreach (RequestRow request in book.Requests)
        {
            foreach (string problem in Of(book, request))
                yield return $"{problem}: {request}";
        }

        foreach (string problem in Arrivals(book))
            yield return problem;
    }

    private static IEnumerable<string> Of(TrialBook book, RequestRow request)
    {
        RoutingSpec routing = book.Planned.Spec.Routing;
        if (request.Images != book.Planned.Spec.Workload.ImagesPerRequest && request.Request < book.Requests.Count - 1)
            yield return "it does not carry the images that were asked for";
        if (!request.Completed)
        {
            if (request.Latency is not null || request.Order.Count + request.Skipped.Count > 0 || request.Retries is not null
                || request.Hedges is not null || request.Loss is not null)
                yield return "it did not complete, and has values of one that did";
            if (request.Outcome is not ("failed" or "deadline_exceeded") || (request.Outcome == "failed" && routing.OnFailure == OnFailure.Skip))
                yield return "its outcome cannot be";
            yield break;
        }

        int[] accounted = [.. request.Order.Concat(request.Skipped).Concat(request.Pruned).Order()];
        if (!accounted.SequenceEqual(Enumerable.Range(0, book.Planned.Model.NumHiddenLayers)))
            yield return "its layers are not each executed, skipped or pruned once";
        if (routing.OnFailure == OnFailure.Fail && request.Skipped.Count > 0 && !book.Planned.Spec.Network.NanGuard)
            yield return "it skipped a layer, and should have failed";
        if (request.Latency is not { } latency || latency < 0 || request.Submitted + latency > book.Deadline(request))
            yield return "it completed after its deadline, or before it began";
        if (routing is { Order: OrderKind.Sequential, OnFailure: not OnFailure.Defer } && !request.Order.SequenceEqual(request.Order.Order()))
            yield return "its layers did not run in order";
        if (request.KendallTau is { } tau && Math.Abs(tau - Distance(request.Order)) > 1e-12)
            yield return $"its distance to the order is {Distance(request.Order)}";
    }

    /// <summary>Closed workloads have so many in flight and no more; uniform arrivals come at even times.</summary>
    private static IEnumerable<string> Arrivals(TrialBook book)
    {
        ArrivalSpec arrivals = book.Planned.Spec.Workload.Arrivals;
        for (int i = 1; i < book.Requests.Count; i++)
        {
            if (book.Requests[i].Submitted < book.Requests[i - 1].Submitted)
                yield return $"requests are not submitted in their order: {book.Requests[i]}";
        }

        if (arrivals.Kind != ArrivalKind.Closed)
            yield break;
        foreach (RequestRow request in book.Requests)
        {
            int open = book.Requests.Count(other => other != request && other.Submitted <= request.Submitted && other.Request < request.Request
                && (other.Completed ? other.Submitted + other.Latency : other.Outcome == "failed" ? 0 : book.Deadline(other)) > request.Submitted);
            if (open >= arrivals.Concurrency)
                yield return $"{open} others were in flight, and only {arrivals.Concurrency} may be: {request}";
        }
    }

    private static double Distance(IReadOnlyList<int> order)
    {
        long discordant = 0, pairs = 0;
        for (int i = 0; i < order.Count; i++)
        {
            for (int j = i + 1; j < order.Count; j++)
                (pairs, discordant) = (pairs + 1, discordant + (order[i] > order[j] ? 1 : 0));
        }

        return pairs == 0 ? 0 : (double)discordant / pairs;
    }
}
