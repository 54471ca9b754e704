using LayerShuffle.Core.Clusters;
using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>Every outage of a node has its row in <c>recovery.csv</c>, and says what follows from the ledger and the requests.</summary>
internal static class Recoveries
{
    private const int MostSearched = 2000; // requests: it takes their square
    private const double Second = 1e9, Near = 1e-6;

    public static IEnumerable<string> Broken(TrialBook book)
    {
        foreach (string node in book.Planned.Spec.Cluster.Nodes.Select(node => node.Name))
        {
            CsvRow[] rows = [.. book.Recovery.Where(row => row["target"] == node)];
            IReadOnlyList<Span> down = book.Down(node);
            if (!rows.Select(row => row.Time("down_ms")!.Value).SequenceEqual(down.Select(span => span.Begin)))
            {
                yield return $"{node} went down {down.Count} time(s), and recovery.csv has {rows.Length} row(s) of it";
                continue;
            }

            long[] detected = [.. book.Faults.Where(fault => fault.Target == node && fault.Effect == "detected_down").Select(fault => fault.Time)];
            for (int i = 0; i < rows.Length; i++)
            {
                // deaths are noticed in their order
                foreach (string problem in Of(book, rows[i], down[i], i < detected.Length ? detected[i] : null))
                    yield return $"{problem}: recovery.csv: {rows[i]}";
            }
        }
    }

    private static IEnumerable<string> Of(TrialBook book, CsvRow row, Span down, long? detected)
    {
        if (row.Time("detected_ms") != detected)
            yield return FormattableString.Invariant($"it was noticed at {detected / 1e6} ms");
        long? back = down.End == long.MaxValue ? null : down.End;
        bool plain = book.Planned.Spec.Cluster.Recovery == RecoveryKind.None && !book.LosesWeights();
        if (plain ? row.Time("serving_ms") != back : row.Time("serving_ms") < down.Begin)
            yield return FormattableString.Invariant($"it served again at {back / 1e6} ms");
        (long from, long to) = (down.Begin, row.Time("serving_ms") ?? long.MaxValue);
        RequestRow[] submitted = [.. book.Requests.Where(request => !request.WarmUp && request.Submitted < to)];
        RequestRow[] sure = [.. submitted.Where(request => request.Outcome == "failed" ? request.Submitted >= from : Ended(book, request) > from)];
        int perhaps = submitted.Count(request => request.Outcome == "failed" && request.Submitted < from && book.Deadline(request) > from);
        (long hit, long failed) = (row.Count("requests_hit"), row.Count("requests_failed"));
        int lost = sure.Count(request => !request.Completed);
        // one that failed at the instant at which it was submitted was underway at no time
        int momentary = sure.Count(request => request.Outcome == "failed" && request.Submitted == from);
        if (hit < sure.Length - momentary || hit > sure.Length + perhaps || failed < lost - momentary || failed > lost + perhaps)
            yield return $"it hit {sure.Length} to {sure.Length + perhaps} requests, {lost} to {lost + perhaps} of which failed";
        double right = sure.Sum(request => request.Correct ?? 0), images = sure.Sum(request => (long)request.Images);
        if (hit == sure.Length && perhaps == 0 && book.Condition.Number("top1") is not null && hit > 0
            && Math.Abs(row.Number("top1_during")!.Value - (right / images)) > Near)
            yield return "its requests were answered otherwise";
        if (book.Requests.Count <= MostSearched)
        {
            (double? told, double? known) = (row.Time("recovered_ms"), Recovered(book, from));
            if (told is null != known is null || Math.Abs((told - known) ?? 0) > 2)
                yield return FormattableString.Invariant($"the throughput was back at {known / 1e6} ms");
        }

        if (((string[])["steps_lost", "steps_repeated", "steps_to_regain"]).Any(column => row[column].Length > 0))
            yield return "a trial has no steps";
    }

    private static long Ended(TrialBook book, RequestRow request) => request.Completed ? request.Submitted + request.Latency!.Value : book.Deadline(request);

    /// <summary>Found by looking at every second that begins with the outage, or with a result.</summary>
    private static double? Recovered(TrialBook book, long down)
    {
        RequestRow[] completed = [.. book.Requests.Where(request => request.Completed)];
        double since = Math.Max(book.Planned.Spec.Workload.WarmUp.Nanoseconds, Math.Max(0, down - (5 * Second)));
        double Images(double after, double upTo) => completed.Sum(request => Ended(book, request) is var at && at > after && at <= upTo ? request.Images : 0);
        double before = Images(since, down);
        if (since >= down || before == 0)
            return null;
        double needed = (0.95 * before / ((down - since) / Second)) - 1e-9, last = completed.Max(request => Ended(book, request));
        if (down + Second <= last && Images(down, down + Second) >= needed)
            return down;
        foreach (double at in completed.Select(request => (double)Ended(book, request)).Where(at => at > down && at + Second <= last).Order())
        {
            if (Images(at - 1, at + Second - 1) >= needed)
                return at;
        }

        return null;
    }
}
