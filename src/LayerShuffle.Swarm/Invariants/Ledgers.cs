using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>
/// Faults strike when they were to strike, as many as they were to; a node dies once before it comes back; and deaths are known when they were to be.
/// </summary>
internal static class Ledgers
{
    public static IEnumerable<string> Broken(TrialBook book)
    {
        foreach (FaultSpec fault in book.Planned.Spec.Faults)
        {
            FaultRow[] rows = [.. book.Faults.Where(row => row.Fault == fault.Name
                && row.Effect is not ("detected_down" or "never_began" or "touched_nothing" or "no_target"))];
            if (!fault.IsOnce() || Lasting(book, fault) is not var (targets, lasts))
                continue;
            long begin = fault.At.Nanoseconds;
            long? heals = book.Planned.Spec.Workload.HealAfter?.Nanoseconds, end = begin + lasts?.Nanoseconds;
            if (heals <= begin && rows.Length > 0)
                yield return $"it strikes after all faults were lifted: {rows[0]}";
            if (heals <= begin)
                continue;
            end = fault is MemoryFault ? null : heals < (end ?? long.MaxValue) ? heals : end;
            int now = rows.Count(row => row.Time == begin), then = rows.Count(row => row.Time == end);
            if (begin < book.End && now < targets)
                yield return FormattableString.Invariant($"{fault.Name} was to strike {targets} at {begin / 1e6} ms, and {now} row(s) tell of it");
            if (end < book.End && then != now)
                yield return FormattableString.Invariant($"{fault.Name} began in {now} row(s), and ends in {then} at {end / 1e6} ms");
            foreach (FaultRow row in rows.Where(row => row.Time != begin && row.Time != end))
                yield return $"it strikes at another time than was asked for: {row}";
        }

        foreach (string problem in book.Planned.Spec.Cluster.Nodes.SelectMany(node => Lives(book, node.Name)))
            yield return problem;
    }

    /// <summary>How many targets, where the scenario says it, and how long it lasts.</summary>
    private static (int Targets, Duration? Lasts)? Lasting(TrialBook book, FaultSpec fault) => fault switch
    {
        CrashFault crash => (Targets(book, crash.Nodes), crash.RestartAfter),
        PauseFault pause => (Targets(book, pause.Nodes), pause.For),
        SlowdownFault slowdown => (Targets(book, slowdown.Nodes), slowdown.For),
        PartitionFault partition => (1, partition.HealAfter),
        LinkFault link => (1, link.For),
        MemoryFault memory => (Targets(book, memory.Nodes), null),
        ByzantineFault byzantine => (Targets(book, byzantine.Nodes), byzantine.For),
        _ => null,
    };

    /// <summary>The least that are struck: of some draws the scenario does not say how many.</summary>
    private static int Targets(TrialBook book, NodeSelector nodes) => nodes.Names is { } names ? names.Distinct().Count()
        : nodes.All ? book.Planned.Spec.Cluster.Nodes.Count : nodes.Domains is null ? nodes.RandomCount ?? 0 : 0;

    private static IEnumerable<string> Lives(TrialBook book, string node)
    {
        bool down = false;
        foreach (FaultRow row in book.Faults.Where(row => row.Target == node && TrialBook.IsDeath(row.Kind)))
        {
            if (row.Effect is "began" or "restarted" ? down != (row.Effect == "restarted") : row.Effect is "already_down" or "still_down" && !down)
                yield return $"{node} was {(down ? "" : "not ")}down: {row}";
            down = row.Effect switch { "began" => true, "restarted" => false, _ => down };
        }

        RoutingSpec routing = book.Planned.Spec.Routing;
        long? delay = routing.Phi is not null ? null : routing.Detection?.Nanoseconds ?? routing.Timeout?.Nanoseconds;
        long[] known = [.. book.Faults.Where(row => row.Target == node && row.Effect == "detected_down").Select(row => row.Time)];
        foreach (Span death in book.Down(node))
        {
            // the coordinator is told of every death, and neither dies nor pauses
            if (delay is { } after && death.Begin + after < book.End && !known.Contains(death.Begin + after))
                yield return FormattableString.Invariant($"the death of {node} at {death.Begin / 1e6} ms is not known at {(death.Begin + after) / 1e6} ms");
        }

        if (known.Length > book.Down(node).Count)
            yield return $"{node} died {book.Down(node).Count} time(s), and {known.Length} deaths are known";
    }
}
