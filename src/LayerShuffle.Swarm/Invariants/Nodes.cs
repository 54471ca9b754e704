using LayerShuffle.Core.Clusters;
using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>
/// A node runs one layer at a time, first come first served, begins when there is something to begin with, and takes for each layer the time that was asked
/// for, as many times longer as slowdowns say that were in force when it began.
/// </summary>
internal static class Nodes
{
    private const double Rounding = 3; // nanoseconds

    public static IEnumerable<string> Broken(TrialBook book)
    {
        IReadOnlyDictionary<int, RequestRow> requests = book.ByNumber();
        foreach (NodeSpec node in book.Planned.Spec.Cluster.Nodes)
        {
            HopRow[] computed = [.. book.Hops.Where(hop => hop.To == node.Name && hop.Start is not null).OrderBy(hop => hop.Start)
                .ThenBy(hop => hop.End ?? long.MaxValue).ThenBy(hop => hop.Delivered)];
            // what is one of several parts of an input waits for the others
            bool undisturbed = node.Resident is null && book.Planned.Spec.Routing.Parallel == 1 && book.IsWhole()
                && book.Down(node.Name).Count == 0 && !book.Pauses();
            long free = 0;
            for (int i = 0; i < computed.Length; i++)
            {
                (HopRow hop, HopRow? before) = (computed[i], i > 0 ? computed[i - 1] : null);
                if (hop.Start < free)
                    yield return $"two layers at a time: {hop} while {before}";
                else if (undisturbed && hop.Start != Math.Max(free, hop.Delivered!.Value))
                    yield return $"it begins neither when it arrives nor when what ran before is done: {hop}{(before is null ? "" : $" after {before}")}";
                if (undisturbed && before is not null && hop.Delivered < before.Delivered && hop.Start > before.Start)
                    yield return $"what came later was begun earlier: {hop} after {before}";
                free = Math.Max(free, hop.End ?? Ends(book, hop));
            }

            foreach (HopRow hop in computed)
            {
                if (Time(book, node, hop, requests) is { } problem)
                    yield return $"{problem}: {hop}";
            }
        }
    }

    /// <summary>What has no end ends with its node, or with the trial.</summary>
    private static long Ends(TrialBook book, HopRow hop) =>
        book.Down(hop.To).Where(span => span.Begin >= hop.Start).Select(span => (long?)span.Begin).FirstOrDefault() ?? long.MaxValue;

    private static string? Time(TrialBook book, NodeSpec node, HopRow hop, IReadOnlyDictionary<int, RequestRow> requests)
    {
        bool isPlain = node is { Resident: null, SlowStart: null }
            && book.Planned.Spec.Faults.OfType<Core.Faults.SlowdownFault>().All(fault => fault.IsOnce());
        if (!isPlain || book.Pauses() || !requests.TryGetValue(hop.Request, out RequestRow? request) || node.ComputeTime(request.Images) is not { } asked)
            return null;
        double factor = node.Slowdown;
        foreach (IGrouping<string, FaultRow> slowdown in book.Faults.Where(row => row.Kind == "slowdown" && row.Target == node.Name).GroupBy(row => row.Fault))
        {
            bool active = slowdown.LastOrDefault(row => row.Time <= hop.Start)?.Effect == "began";
            factor *= active ? book.Planned.Spec.Faults.OfType<Core.Faults.SlowdownFault>().First(fault => fault.Name == slowdown.Key).Factor : 1;
        }

        double took = asked * factor;
        if (hop.End is { } end)
            return Math.Abs(end - hop.Start!.Value - took) <= Rounding ? null
                : FormattableString.Invariant($"it took another time than the {took / 1e6} ms that were asked for");
        bool died = book.Down(node.Name).Any(span => span.Begin >= hop.Start && span.Begin <= hop.Start + took + Rounding);
        return died || hop.Start + took + Rounding >= book.End ? null : "it was begun and never done, though its node lived";
    }
}
