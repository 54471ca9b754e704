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
        var nodes = new Nodes();
        foreach (LedgerEntry row in ledger)
            Take(row, nodes);
        List<OutageRecord> all = [.. nodes.All.Select(one => one.Record)];
        ILookup<string, OutageRecord> byNode = all.ToLookup(one => one.Target);
        foreach (FailureDomain domain in domains)
            all.AddRange(Of(domain, byNode));
        return [.. all.OrderBy(one => one.Down)]; // stable: nodes before domains
    }

    private static void Take(LedgerEntry row, Nodes nodes)
    {
        Lying? latest = nodes.Latest(row.Target);
        if (GoesDown(row))
        {
            if (latest is not { Back: null })
            {
                var begun = new OutageRecord(row.Fault, row.Target, row.Time, null, null);
                nodes.Add(new Lying(begun, null, []) { IsAbsence = row.Effect == FaultEffects.Absent });
            }

            return;
        }

        if (row.Effect == FaultEffects.DetectedDown)
        {
            nodes.Notice(row.Target, row.Time);
            return;
        }

        if (latest is null)
            return;
        OutageRecord known = latest.Record;
        if (row.Effect is FaultEffects.Restarted or FaultEffects.Respawned or FaultEffects.Joined)
            latest = latest with { Back = row.Time, Record = known with { Serving = known.Serving ?? row.Time } };
        else if (row.Kind == "placement")
            latest = Placed(latest, row);
        nodes.Replace(latest);
    }

    private static bool GoesDown(LedgerEntry row) => (row.Effect == FaultEffects.Began && Kinds.Contains(row.Kind))
        || (row.Kind == "process" && (row.Effect == FaultEffects.Absent || row.Effect.StartsWith("died ", StringComparison.Ordinal)));

    /// <summary>Layers that are lost with their weights, restored, or served by others.</summary>
    private static Lying Placed(Lying one, LedgerEntry row)
    {
        OutageRecord known = one.Record;
        if (row.Effect.StartsWith("lost ", StringComparison.Ordinal)) // it has just come back, without them
            return one with { Lacks = Layers(row.Effect), Record = known.Serving == one.Back ? known with { Serving = null } : known };
        if (row.Effect.StartsWith("restored ", StringComparison.Ordinal))
        {
            int[] lacks = [.. one.Lacks.Except(Layers(row.Effect))];
            return one with { Lacks = lacks, Record = lacks.Length == 0 ? known with { Serving = known.Serving ?? row.Time } : known };
        }

        if (row.Effect.StartsWith("rehosted ", StringComparison.Ordinal))
            return one with { Record = known with { Serving = known.Serving ?? row.Time } };
        return row.Effect.StartsWith("not rehosted", StringComparison.Ordinal) && one.Back is null
            ? one with { Record = known with { Serving = null } } : one; // not all of them
    }

    private static int[] Layers(string effect) => [.. effect.Split('(')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Where(word => char.IsAsciiDigit(word[0])).Select(word => int.Parse(word, System.Globalization.CultureInfo.InvariantCulture))];

    private static List<OutageRecord> Of(FailureDomain domain, ILookup<string, OutageRecord> byNode)
    {
        List<OutageRecord> found = [];
        Downtimes[] members = [.. domain.Nodes.Distinct().Select(node => new Downtimes([.. byNode[node]]))];
        if (members.Length < 2)
            return found;
        foreach (Instant at in members.SelectMany(member => member.Outages).Select(one => one.Down).Distinct().Order())
        {
            OutageRecord[] lying = [.. members.Select(member => member.At(at)).OfType<OutageRecord>()];
            if (lying.Length < members.Length || found is [.., { Serving: null }] || (found is [.., { Serving: { } until }] && until > at))
                continue;
            OutageRecord last = lying.MaxBy(one => one.Down)!;
            found.Add(new OutageRecord(last.Fault, domain.Name, at, lying.All(one => one.Detected is not null) ? lying.Max(one => one.Detected) : null,
                lying.Min(one => one.Serving)));
        }

        return found;
    }

    /// <summary>A node's outages, in the order in which they began: a fault that strikes every microsecond makes very many of them.</summary>
    private sealed class Downtimes(OutageRecord[] outages)
    {
        // The latest end of the outages up to each; null: one of them has none.
        private readonly Instant?[] ends = Ends(outages);

        public OutageRecord[] Outages => outages;

        /// <summary>The last that has begun and not ended; null: the node serves.</summary>
        public OutageRecord? At(Instant at)
        {
            int i = Array.BinarySearch(outages, new OutageRecord("", "", at, null, null), Comparer<OutageRecord>.Create((a, b) => a.Down.CompareTo(b.Down)));
            i = i < 0 ? ~i - 1 : i;
            while (i + 1 < outages.Length && outages[i + 1].Down == at)
                i++;
            for (; i >= 0 && !(ends[i] <= at); i--)
            {
                if (!(outages[i].Serving <= at))
                    return outages[i];
            }

            return null;
        }

        private static Instant?[] Ends(OutageRecord[] outages)
        {
            var ends = new Instant?[outages.Length];
            for (int i = 0; i < ends.Length; i++)
                ends[i] = i == 0 ? outages[0].Serving : ends[i - 1] is { } before && outages[i].Serving is { } own ? Instant.Max(before, own) : null;
            return ends;
        }
    }

    /// <summary>The outages of all nodes in the order in which they began.</summary>
    private sealed class Nodes
    {
        private readonly List<Lying> all = [];
        private readonly Dictionary<string, int> latest = []; // by target; looked up by key only
        private readonly Dictionary<string, Queue<int>> unnoticed = [];

        public IReadOnlyList<Lying> All => all;

        public Lying? Latest(string target) => latest.TryGetValue(target, out int at) ? all[at] : null;

        public void Add(Lying one)
        {
            latest[one.Record.Target] = all.Count;
            if (!one.IsAbsence)
            {
                if (!unnoticed.TryGetValue(one.Record.Target, out Queue<int>? waiting))
                    unnoticed[one.Record.Target] = waiting = [];
                waiting.Enqueue(all.Count);
            }

            all.Add(one);
        }

        /// <summary>The latest of its node is known better.</summary>
        public void Replace(Lying one) => all[latest[one.Record.Target]] = one;

        /// <summary>They are noticed in their order.</summary>
        public void Notice(string target, Instant at)
        {
            if (unnoticed.TryGetValue(target, out Queue<int>? waiting) && waiting.TryDequeue(out int first))
                all[first] = all[first] with { Record = all[first].Record with { Detected = at } };
        }
    }

    /// <summary>An outage of a node, as far as it is known.</summary>
    private sealed record Lying(OutageRecord Record, Instant? Back, int[] Lacks)
    {
        /// <summary>Whether the node was not there from the beginning, which nobody has to notice.</summary>
        public bool IsAbsence { get; init; }
    }
}
