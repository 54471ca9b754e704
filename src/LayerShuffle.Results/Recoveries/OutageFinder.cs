using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Results.Recoveries;

/// <summary>
/// Finds the outages of nodes and domains in a ledger: from the row that tells of a node going down to the one from which on its layers are served again.
/// </summary>
public static class OutageFinder
{
    private static readonly string[] Kinds = ["crash", "churn", "trace"];

    /// <summary>The outages, by the time at which they began; those of domains after those of the nodes of their instant.</summary>
    /// <param name="ledger">The rows, by time.</param>
    /// <param name="domains">The cluster's domains: one of several nodes is down while all of them are.</param>
    public static IReadOnlyList<OutageRecord> Of(IReadOnlyList<LedgerEntry> ledger, IReadOnlyList<FailureDomain> domains)
    {
        List<Lying> nodes = [];
        foreach (LedgerEntry row in ledger)
            Take(row, nodes);
        List<OutageRecord> all = [.. nodes.Select(one => one.Record)];
        foreach (FailureDomain domain in domains)
            all.AddRange(Of(domain, all[..nodes.Count]));
        return [.. all.OrderBy(one => one.Down)]; // stable: nodes before domains
    }

    private static void Take(LedgerEntry row, List<Lying> nodes)
    {
        int last = nodes.FindLastIndex(one => one.Record.Target == row.Target);
        Lying? latest = last < 0 ? null : nodes[last];
        if (GoesDown(row))
        {
            if (latest is not { IsBack: false })
                nodes.Add(new Lying(new OutageRecord(row.Fault, row.Target, row.Time, null, null), false, []) { IsAbsence = row.Effect == FaultEffects.Absent });
            return;
        }

        if (row.Effect == FaultEffects.DetectedDown)
        {
            int noticed = nodes.FindIndex(one => one.Record.Target == row.Target && one.Record.Detected is null && !one.IsAbsence); // in their order
            if (noticed >= 0)
                nodes[noticed] = nodes[noticed] with { Record = nodes[noticed].Record with { Detected = row.Time } };
            return;
        }

        if (latest is null)
            return;
        OutageRecord known = latest.Record;
        if (row.Effect is FaultEffects.Restarted or FaultEffects.Respawned or FaultEffects.Joined)
            latest = latest with { IsBack = true, Record = known with { Serving = known.Serving ?? row.Time } };
        else if (row.Kind == "placement")
            latest = Placed(latest, row);
        nodes[last] = latest;
    }

    private static bool GoesDown(LedgerEntry row) => (row.Effect == FaultEffects.Began && Kinds.Contains(row.Kind))
        || (row.Kind == "process" && (row.Effect == FaultEffects.Absent || row.Effect.StartsWith("died ", StringComparison.Ordinal)));

    /// <summary>Layers that are lost with their weights, restored, or served by others.</summary>
    private static Lying Placed(Lying one, LedgerEntry row)
    {
        OutageRecord known = one.Record;
        if (row.Effect.StartsWith("lost ", StringComparison.Ordinal)) // it has just come back, without them
            return one with { Lacks = Layers(row.Effect), Record = known.Serving == row.Time ? known with { Serving = null } : known };
        if (row.Effect.StartsWith("restored ", StringComparison.Ordinal))
        {
            int[] lacks = [.. one.Lacks.Except(Layers(row.Effect))];
            return one with { Lacks = lacks, Record = lacks.Length == 0 ? known with { Serving = known.Serving ?? row.Time } : known };
        }

        if (row.Effect.StartsWith("rehosted ", StringComparison.Ordinal))
            return one with { Record = known with { Serving = known.Serving ?? row.Time } };
        return row.Effect.StartsWith("not rehosted", StringComparison.Ordinal) && !one.IsBack && known.Serving == row.Time
            ? one with { Record = known with { Serving = null } } : one; // not all of them
    }

    private static int[] Layers(string effect) => [.. effect.Split('(')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Where(word => char.IsAsciiDigit(word[0])).Select(word => int.Parse(word, System.Globalization.CultureInfo.InvariantCulture))];

    private static List<OutageRecord> Of(FailureDomain domain, IReadOnlyList<OutageRecord> nodes)
    {
        List<OutageRecord> found = [];
        string[] members = [.. domain.Nodes.Distinct()];
        if (members.Length < 2)
            return found;
        foreach (Instant at in nodes.Where(one => members.Contains(one.Target)).Select(one => one.Down).Distinct())
        {
            OutageRecord[] lying = [.. members.Select(member => nodes.LastOrDefault(one => one.Target == member && one.Down <= at && !(one.Serving <= at)))
                .OfType<OutageRecord>()];
            if (lying.Length < members.Length || found is [.., { Serving: null }] || (found is [.., { Serving: { } until }] && until > at))
                continue;
            OutageRecord last = lying.MaxBy(one => one.Down)!;
            found.Add(new OutageRecord(last.Fault, domain.Name, at, lying.All(one => one.Detected is not null) ? lying.Max(one => one.Detected) : null,
                lying.Min(one => one.Serving)));
        }

        return found;
    }

    /// <summary>An outage of a node, as far as it is known.</summary>
    private sealed record Lying(OutageRecord Record, bool IsBack, int[] Lacks)
    {
        /// <summary>Whether the node was not there from the beginning, which nobody has to notice.</summary>
        public bool IsAbsence { get; init; }
    }
}
