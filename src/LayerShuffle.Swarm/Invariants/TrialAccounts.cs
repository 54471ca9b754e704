using LayerShuffle.Core.Routing;
using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>What <c>conditions.csv</c> says of a trial is what follows from its requests, hops and links.</summary>
internal static class TrialAccounts
{
    public static IEnumerable<string> Broken(TrialBook book)
    {
        RequestRow[] measured = [.. book.Requests.Where(request => !request.WarmUp)], completed = [.. measured.Where(request => request.Completed)];
        HashSet<int> warm = [.. book.Requests.Where(request => request.WarmUp).Select(request => request.Request)];
        double[] latencies = [.. completed.Select(request => request.LatencyMs!.Value).Order()];
        double deadline = book.Planned.Spec.Workload.Deadline.Nanoseconds / 1e6;
        double[] all = [.. measured.Select(request => request.LatencyMs ?? deadline).Order()];
        long images = measured.Sum(request => (long)request.Images), images2 = completed.Sum(request => (long)request.Images);
        bool model = book.Condition.Number("top1") is not null;
        double seconds = book.Length / 1e9;
        (string Column, double? Expected)[] expected =
        [
            ("requests", measured.Length), ("completed", completed.Length), ("failed", measured.Length - completed.Length), ("images", images),
            ("top1", model ? Over(completed.Sum(request => request.Correct ?? 0), images) : null),
            ("top5", model ? Over(completed.Sum(request => request.CorrectTop5 ?? 0), images) : null),
            ("top1_completed", model ? Over(completed.Sum(request => request.Correct ?? 0), images2) : null),
            ("latency_mean_ms", latencies.Length > 0 ? latencies.Average() : null), ("latency_p50_ms", Quantile(latencies, 0.5)),
            ("latency_p95_ms", Quantile(latencies, 0.95)), ("latency_p99_ms", Quantile(latencies, 0.99)), ("latency_p95_all_ms", Quantile(all, 0.95)),
            ("throughput_images_per_s", seconds > 0 ? images2 / seconds : null),
            ("layers_executed_mean", completed.Length > 0 ? completed.Average(request => request.Order.Count) : null),
            ("layers_skipped_mean", completed.Length > 0 ? completed.Average(request => request.Skipped.Count) : null),
            ("kendall_tau_distance_mean", completed.Length > 0 ? completed.Average(request => request.KendallTau ?? 0) : null),
            ("messages_sent", book.Links.Sum(link => link.Sent)),
            ("messages_lost", book.Links.Sum(link => link.Lost + link.QueueFull + link.LinkDown + link.ReceiverDown)),
            ("messages_duplicated", book.Links.Sum(link => link.Duplicated)), ("messages_corrupted", book.Links.Sum(link => link.Corrupted)),
            ("messages_reordered", book.Links.Sum(link => link.Overtook)), ("bytes_sent", book.Links.Sum(link => link.Bytes)),
            ("retries", book.IsWhole() ? book.Hops.Count(hop => hop.Attempt > 0 && !warm.Contains(hop.Request)) : book.Condition.Number("retries")),
            ("hedges", Hedges(book)),
            ("loss", Over(measured.Sum(request => request.Loss * request.Images ?? 0),
                measured.Where(request => request.Loss is not null).Sum(request => (long)request.Images))),
            ("results_superseded", book.IsWhole() && book.Planned.Spec.Routing is { CombinesLogits: false, Parallel: 1 } ? Superseded(book, warm)
                : book.Condition.Number("results_superseded")), // of answers that are made of several results, the files do not say of which
        ];
        foreach ((string column, double? value) in expected.Where(one => !Near(book.Condition.Number(one.Column), one.Expected)))
            yield return FormattableString.Invariant($"{column} is {book.Condition.Number(column)}, and should be {value}");
        if (!book.WarmsUp() && Length(book) is { } length && length != book.Length)
            yield return FormattableString.Invariant($"the trial ended at {book.Length / 1e6} ms, and its last outcome was at {length / 1e6} ms");
        if (book.Condition.Count("seed") != book.Planned.Spec.Seed || book.Condition["condition"] != book.Planned.Spec.Key.Condition)
            yield return $"the row is another trial's: {book.Condition}";
    }

    /// <summary>When the last request had its outcome; null where one failed, whose time no file tells.</summary>
    private static long? Length(TrialBook book) => book.Planned.Spec.Routing.OnFailure == OnFailure.Fail
        && book.Requests.Any(request => request.Outcome == "failed")
        ? null : book.Requests.Max(request => request.Completed ? request.Submitted + request.Latency : book.Deadline(request));

    /// <summary>Every result that arrived, but those that were the outcome.</summary>
    private static double Superseded(TrialBook book, HashSet<int> warm) =>
        book.Hops.Where(hop => hop.IsResult && !warm.Contains(hop.Request) && hop.Delivered is not null)
            .Select(hop => (hop.Request, hop.Branch, hop.Position)).Distinct().Count()
            - book.Requests.Count(request => request.Completed && !request.WarmUp);

    /// <summary>None where nothing is hedged; all resends where there are no others; else what the row says, if it may.</summary>
    private static double? Hedges(TrialBook book)
    {
        RoutingSpec routing = book.Planned.Spec.Routing;
        double? told = book.Condition.Number("hedges"), resends = book.Condition.Number("retries");
        if (routing.Hedge is null)
            return 0;
        return routing is { Retries: 0, OnFailure: OnFailure.Fail } && !book.LosesWeights() ? resends : Math.Min(told ?? 0, resends ?? 0);
    }

    private static double? Over(double part, long whole) => whole > 0 ? part / whole : null;

    private static double? Quantile(double[] ascending, double share)
    {
        if (ascending.Length == 0)
            return null;
        double place = share * (ascending.Length - 1);
        int below = (int)Math.Floor(place), above = Math.Min(below + 1, ascending.Length - 1);
        return ascending[below] + ((place - below) * (ascending[above] - ascending[below]));
    }

    private static bool Near(double? told, double? expected) => told is null == expected is null
        && (told is null || Math.Abs(told.Value - expected!.Value) <= 1e-9 * Math.Max(1, Math.Abs(expected.Value)));
}
