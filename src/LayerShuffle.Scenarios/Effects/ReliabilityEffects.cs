using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Reliabilities;
using LayerShuffle.Core.Routing;
using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Effects;

/// <summary>What does nothing where sets of dead nodes are weighed instead of a trial in time: whatever needs time.</summary>
/// <param name="ledger">Where that is noted.</param>
internal sealed class ReliabilityEffects(EffectLedger ledger)
{
    private const string Timeless = "no effect: with `reliability` sets of dead nodes are weighed, and no time passes; leave it out";
    private static readonly string[] OfTime = ["timeout", "backoff", "retries", "avoid", "copies", "hedge", "detection"];

    /// <summary>Judges a condition, sweep point and policy, in time or not.</summary>
    public void Judge(MapNode merged, TrialVariant variant)
    {
        bool isTimeless = variant.Reliability is not null;
        foreach (ScenarioNode? section in (ScenarioNode?[])[merged.Map("network"), merged.Map("faults"), merged.Map("workload")?.Map("arrivals")])
        {
            if (section is MapNode map && map.Entries.Any(entry => !IsUsual(map, entry.Key)))
                ledger.Judge(section, isTimeless ? Timeless : null); // of other conditions, what is in it is judged by itself
        }

        if (variant.Reliability is not { } reliability)
            return;
        RoutingSpec routing = variant.Routing, usual = new();
        foreach (string key in OfTime.Where(key => key != "retries" || routing.Retries != usual.Retries).Where(key => key != "copies"
            || routing.Copies != usual.Copies))
        {
            if (merged.Map("routing") is { } ways && !IsUsual(ways, key))
                ledger.Judge(ways.Get(key), Timeless);
        }

        MapNode? workload = merged.Map("workload"), cluster = merged.Map("cluster");
        if (variant.Workload.WarmUp.Nanoseconds > 0)
            ledger.Judge(workload?.Get("warm_up"), Timeless);
        if (variant.Workload.HealAfter is not null)
            ledger.Judge(workload?.Get("heal_after"), Timeless);
        foreach (string key in (string[])["compute_time", "recovery_time", "resident", "slow_start", "energy_per_bit", "restore"])
        {
            if (cluster is not null && !IsUsual(cluster, key))
                ledger.Judge(cluster.Get(key), Timeless);
        }

        if (variant.Cluster.Recovery == RecoveryKind.Rehost)
            ledger.Judge(cluster?.Get("recovery"), Timeless);
        Units(merged.Map("reliability"), cluster?.Map("domains"), variant, reliability);
    }

    /// <summary>Whether a setting is written as its default is: an effective scenario has those written out.</summary>
    private static bool IsUsual(MapNode map, string key) => map.Get(key) is ScalarNode scalar
        && LanguageSchema.Root.Key(map.Path) is { Type: MapType type } && type.Key(key)?.Default == scalar.Text;

    private void Units(MapNode? map, MapNode? domains, TrialVariant variant, ReliabilitySpec reliability)
    {
        ledger.Judge(map, reliability.Uncertain.Count == 0 ? "no effect: nothing can be dead here; give a probability below 100%" : null);
        foreach (ReliabilityUnit unit in reliability.Units.Where(unit => unit.IsDomain))
            ledger.Judge(domains?.Get(unit.Name), null);
        bool all = variant.Cluster.Nodes.All(node => map?.Get(node.Name) is ScalarNode);
        ledger.Judge(map?.Get("node"), all ? "no effect: every node has a probability of its own; leave it out" : null);
    }
}
