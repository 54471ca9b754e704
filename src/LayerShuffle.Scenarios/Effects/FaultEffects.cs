using System.Globalization;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Effects;

/// <summary>Which faults strike nothing.</summary>
/// <param name="ledger">Where that is noted.</param>
/// <param name="network">Judges what faults set on links.</param>
internal sealed class FaultEffects(EffectLedger ledger, NetworkEffects network)
{
    /// <summary>Judges the section <c>faults</c>.</summary>
    public void Judge(MapNode? faults, TrialVariant variant, VariantFacts facts)
    {
        foreach (FaultSpec fault in variant.Faults)
        {
            if (faults?.Map(fault.Name) is not { } map)
                continue;
            Times(fault, map, variant, facts);
            ledger.Judge(map.Get("nodes"), Idle(fault, variant, facts));
            if (fault is SlowdownFault slowdown)
                Slowdown(slowdown, map, variant, facts);
            if (fault is MemoryFault or ByzantineFault)
                Tensors(fault, map, facts);
            if (fault.LosesWeights)
                ledger.Judge(map.Get("weights"), fault is CrashFault { RestartAfter: null }
                    ? "no effect: these nodes never come back, with or without weights; give `restart_after`, or leave it out" : null);
            if (fault is PartitionFault partition)
                ledger.Judge(map.Get("groups"), Separates(partition, facts) ? null
                    : "no effect: no endpoint of one group exchanges a message with one of another here; part hosts of layers, or one of them and the "
                        + "coordinator");
            if (fault is LinkFault link)
                network.Judge(link, map, variant, facts);
        }
    }

    /// <summary>Judges failure domains: those that no fault strikes do nothing.</summary>
    public void Domains(MapNode? domains, MapNode? faults)
    {
        if (domains is null)
            return;
        HashSet<string> struck = [];
        Named(faults, struck);
        foreach (MapEntry domain in domains.Entries)
            ledger.Judge(domain.Value, struck.Contains(Topology.All) || struck.Contains(domain.Key) ? null
                : "no effect: no fault strikes this domain; name it in one (`nodes: {domain: NAME}`), or leave it out");
    }

    private static void Named(ScenarioNode? node, HashSet<string> struck)
    {
        foreach (MapEntry entry in (node as MapNode)?.Entries ?? [])
        {
            if (entry.Key == "domain")
                struck.UnionWith(Read.Scalars(entry.Value).Select(name => name.Text));
            else if (entry.Key == "random_domains" && ((MapNode)node!).Get("domain") is null)
                struck.Add(Topology.All);
            else
                Named(entry.Value, struck);
        }

        foreach (ScenarioNode item in (node as SequenceNode)?.Items ?? [])
            Named(item, struck);
    }

    private void Times(FaultSpec fault, MapNode map, TrialVariant variant, VariantFacts facts)
    {
        if (fault.Timing.After is not null || facts.StrikesTrainings)
            return; // when that will be, or how long trainings take, is not known
        double at = fault.At.TotalSeconds;
        string? Idle(double seconds, string what, string instead) => facts.End is { } end && seconds > end ? string.Create(CultureInfo.InvariantCulture,
            $"no effect: {what} {seconds:0.###} s, and the last request has its outcome by {end:0.###} s; ")
            + $"{instead}, or offer more requests (`workload.requests`)" : null;
        ledger.Judge(map.Get("at"), Idle(at, "it begins at", "let it begin earlier") ?? (fault.At >= variant.Workload.HealAfter
            ? $"no effect: from {variant.Workload.HealAfter} on all faults are lifted (`workload.heal_after`); let it begin earlier" : null));
        if (fault.Timing.Every is { } every)
            ledger.Judge(map.Get("every"), Idle(at + every.TotalSeconds, "it strikes again at", "let it strike more often"));
        if (fault.Timing.Until is { } until)
            ledger.Judge(map.Get("until"), Idle(until.TotalSeconds, "it ends at", "let it end earlier"));
    }

    /// <summary>Why a fault does nothing to the nodes that it names.</summary>
    private static string? Idle(FaultSpec fault, TrialVariant variant, VariantFacts facts)
    {
        if (Targets(fault) is not { Count: > 0 } names)
            return fault is TraceFault { Trace.Places: { } places, Nodes.All: true } && places < variant.Cluster.Nodes.Count
                ? $"the trace never has more than {places} nodes up: the other {variant.Cluster.Nodes.Count - places} are down all the time; name fewer" : null;
        if (!facts.IsWall && !names.Any(facts.Hosts))
            return $"no effect: {string.Join(", ", names.Take(4))} host{(names.Count == 1 ? "s" : "")} no layer; name nodes that do";
        return names.All(name => IsDownBefore(fault, name, variant.Faults))
            ? $"no effect: {string.Join(", ", names.Take(4))} {(names.Count == 1 ? "is" : "are")} down for good by then; name others, or let the crash before "
                + "it end (`restart_after`)" : null;
    }

    /// <summary>Whether another fault has crashed a node for good before this one begins; of two at one time the first written counts.</summary>
    private static bool IsDownBefore(FaultSpec fault, string node, IReadOnlyList<FaultSpec> faults) => fault.Timing.After is null
        && (faults.TakeWhile(other => other != fault).Any(other => Kills(other, node) && other.At <= fault.At)
            || faults.SkipWhile(other => other != fault).Skip(1).Any(other => Kills(other, node) && other.At < fault.At));

    private static bool Kills(FaultSpec fault, string node) => fault is CrashFault { RestartAfter: null } crash && crash.Timing == FaultTiming.Once
        && (crash.Nodes.All || crash.Nodes.Names?.Contains(node) == true);

    private static IReadOnlyList<string>? Targets(FaultSpec fault) => fault switch
    {
        OutageFault outage => outage.Nodes.Names,
        PauseFault pause => pause.Nodes.Names,
        SlowdownFault slowdown => slowdown.Nodes.Names,
        MemoryFault memory => memory.Nodes.Names,
        ByzantineFault byzantine => byzantine.Nodes.Names,
        _ => null,
    };

    private void Tensors(FaultSpec fault, MapNode map, VariantFacts facts)
    {
        ledger.Judge(map.Get("kind"), facts.HasTensors ? null : "no effect: with `model: none` there are no weights, and nothing is computed; leave it out");
        if (fault is ByzantineFault { Strength: not 1 } byzantine)
            ledger.Judge(map.Get("strength"), byzantine.Answer is ByzantineAnswer.Noise or ByzantineAnswer.Constant ? null
                : "no effect: only `noise` and `constant` have a strength; leave it out");
        if (fault is ByzantineFault { Answer: ByzantineAnswer.Noise, Strength: 0 })
            ledger.Judge(map.Get("strength"), "no effect: noise without strength changes nothing; give another");
    }

    private void Slowdown(SlowdownFault fault, MapNode map, TrialVariant variant, VariantFacts facts)
    {
        bool isTimeless = !facts.IsWall && variant.Cluster.Nodes.Where(node => fault.Nodes.Names?.Contains(node.Name) != false)
            .All(node => IsTimeless(node.ComputeTime));
        ledger.Judge(map.Get("factor"), fault.Factor == 1 ? "no effect: a factor of 1 leaves layers as fast as they are; give another"
            : isTimeless ? "no effect: these nodes compute in no time, and that many times nothing is nothing; give `cluster.compute_time`" : null);
    }

    /// <summary>Whether computing takes no time on the virtual clock.</summary>
    public static bool IsTimeless(ComputeTimeSpec time) => VariantFacts.IsZero(time.Base) && time.PerImage == Duration.Zero;

    private static bool Separates(PartitionFault fault, VariantFacts facts)
    {
        if (fault.Shape != PartitionShape.Listed)
            return true;
        for (int a = 0; a < fault.Groups.Count; a++)
        {
            for (int b = 0; b < fault.Groups.Count; b++)
            {
                if (a != b && facts.Talk(fault.Groups[a], fault.Groups[b]))
                    return true;
            }
        }

        return fault.Groups.Count < 2;
    }
}
