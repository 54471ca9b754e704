using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Routing;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Effects;

/// <summary>Which settings of routing, workload and cluster do nothing.</summary>
/// <param name="ledger">Where that is noted.</param>
internal sealed class RoutingEffects(EffectLedger ledger)
{
    /// <summary>Judges the section <c>routing</c>.</summary>
    public void Routing(MapNode? routing, TrialVariant variant, VariantFacts facts, IReadOnlyList<ModelSpec> models)
    {
        if (routing is null)
            return;
        string? idle = facts.MayMiss ? null
            : "no effect: nothing is lost, down or late here, so that every hop is acknowledged in time; give loss or a fault, or leave it out";
        RoutingSpec spec = variant.Routing;
        if (spec.Timeout is not null)
            ledger.Judge(routing.Get("timeout"), idle);
        if (spec.Retries != 2)
            ledger.Judge(routing.Get("retries"), idle ?? (spec.OnFailure == OnFailure.Wait
                ? "no effect: with `on_failure: wait` a hop is sent again until the deadline, however often; leave it out" : null));
        if (spec.OnFailure != OnFailure.Skip)
            ledger.Judge(routing.Get("on_failure"), idle);
        if (spec.Replicas > 1)
            ledger.Judge(routing.Get("replicas"), spec.Copies == CopyChoice.First ? idle : null);
        if (spec.Copies != CopyChoice.First)
            ledger.Judge(routing.Get("copies"), spec.Replicas > 1 ? null : "no effect: there is one copy of each layer; raise `replicas`, or leave it out");
        if (spec.Avoid is not null)
            ledger.Judge(routing.Get("avoid"), idle);
        if (spec.Parallel > 1)
            ledger.Judge(routing.Get("parallel"), models.Count > 0 && models.All(model => model.NumHiddenLayers - (spec.Prune?.Layers ?? 0) < 2)
                ? "no effect: a single layer has no neighbours; leave it out" : null);
        if (spec.Redundancy is { } redundancy)
            Redundancy(routing.Map("redundancy")!, redundancy);
        if ((spec.Detection is not null || spec.Phi is not null) && !facts.IsWall)
            ledger.Judge(routing.Get("detection"), variant.Faults.Any(fault => fault is OutageFault or PauseFault) ? null
                : "no effect: no node crashes or pauses here; add such a fault, or leave it out");
        if (spec.Order is OrderKind.Arbitrary or OrderKind.Opportunistic)
            ledger.Judge(routing.Get("order"), models.Count > 0 && models.All(model => model.NumHiddenLayers - (spec.Prune?.Layers ?? 0) < 2)
                ? "no effect: a single layer has but one order; leave it out" : null);
        if (spec.Backoff is not null)
        {
            ledger.Judge(routing.Get("backoff"), idle ?? (spec is { Retries: 0, OnFailure: OnFailure.Fail, Backoff.Jitter: 0 }
                ? "no effect: nothing is sent again; raise `retries`, or leave it out" : null));
        }

        if (spec.Hedge is { } hedge)
            ledger.Judge(routing.Get("hedge"), Hedge(hedge, spec, facts));
        if (spec.Pin is not null)
            ledger.Judge(routing.Get("pin"), spec.Order is OrderKind.Sequential or OrderKind.Explicit
                ? "no effect: the order is given; say `order: arbitrary` or `opportunistic`, or leave it out" : null);

        Prune(routing.Map("prune"), spec.Prune);
    }

    private void Redundancy(MapNode settings, RedundancySpec spec)
    {
        if (spec.Paths == 1)
            ledger.Judge(settings, "no effect: one path is what every request has; say 2 `paths` or more, or leave it out");
        else if (spec.Combine == CombineKind.First && spec.Wait != Core.Time.Duration.FromMilliseconds(50))
            ledger.Judge(settings.Get("wait"), "no effect: with `combine: first` the first result answers at once; leave it out");
    }

    private static string? Hedge(HedgeSpec hedge, RoutingSpec spec, VariantFacts facts)
    {
        if (hedge.After is { } after)
        {
            return spec.Timeout is { } timeout && spec.Backoff is null && after >= timeout
                ? $"no effect: an acknowledgement is overdue by then, and the hop sent again; say less than the timeout of {timeout}, or leave it out"
                : facts.LongestAnswer < after.TotalSeconds
                    ? $"no effect: every acknowledgement comes within {facts.LongestAnswer * 1000:0.###} ms; lower it, or leave it out" : null;
        }

        return facts.LongestAnswer is not null && facts.Latencies.All(VariantFacts.IsConstant)
            && facts.Latencies.Select(latency => latency.Mean).Distinct().Count() == 1
            ? "no effect: every acknowledgement takes equally long; give a latency that varies, a loss or a fault, or leave it out" : null;
    }

    private void Prune(MapNode? prune, PruneSpec? spec)
    {
        if (prune is null)
            return;
        if (prune.Get("choose") is { } choose && Read.Text(prune, "choose") != "random")
            ledger.Judge(choose, spec is null ? "no effect: no layer is pruned; say how many with `layers`, or leave it out" : null);
        if (Read.Text(prune, "per") == "trial")
        {
            ledger.Judge(prune.Get("per"), spec is null ? "no effect: no layer is pruned; say how many with `layers`, or leave it out"
                : spec.Choose != PruneChoice.Random ? "no effect: only `choose: random` is drawn; leave it out" : null);
        }
    }

    /// <summary>Judges the section <c>workload</c>.</summary>
    public void Workload(MapNode? workload, TrialVariant variant, VariantFacts facts)
    {
        if (variant.Workload.HealAfter is { } heal)
            ledger.Judge(workload?.Get("heal_after"), facts.End < heal.TotalSeconds
                ? $"no effect: the last request has its outcome by {facts.End:0.###} s; let faults be lifted earlier, or leave it out" : null);
        if (variant.Workload.WarmUp.Nanoseconds > 0)
            ledger.Judge(workload?.Get("warm_up"), facts.LastArrival < variant.Workload.WarmUp.TotalSeconds
                ? $"nothing is measured: the last request is submitted at {facts.LastArrival:0.###} s; shorten it, or offer more requests" : null);
        if (workload?.Map("arrivals") is not { } arrivals)
            return;
        if (Read.Integer(arrivals, "concurrency") is > 1 and var concurrency)
            ledger.Judge(arrivals.Get("concurrency"), concurrency > facts.Requests
                ? $"only {facts.Requests} of {concurrency} can be in flight: there are no more requests; lower it, or offer more (`workload.requests`)" : null);
        foreach (string key in (string[])["rate", "process", "trace"])
            ledger.Judge(arrivals.Get(key), facts.Requests == 1 ? "no effect: there is one request; offer more (`workload.requests`), or leave it out" : null);
    }

    /// <summary>Judges the section <c>cluster</c>.</summary>
    public void Cluster(MapNode? cluster, TrialVariant variant, VariantFacts facts, IReadOnlyList<ModelSpec> models)
    {
        if (cluster is null)
            return;
        ClusterSpec spec = variant.Cluster;
        bool isRehosting = spec.Recovery == RecoveryKind.Rehost, crashes = variant.Faults.Any(fault => fault is OutageFault);
        if (isRehosting)
            ledger.Judge(cluster.Get("recovery"), facts.IsWall || crashes ? null : "no effect: no node crashes here; add a crash, or leave it out");
        if (spec.RecoveryTime.Nanoseconds > 0)
            ledger.Judge(cluster.Get("recovery_time"), isRehosting ? null
                : "no effect: layers are hosted by others only with `recovery: rehost`; add that, or leave it out");
        if (spec.Restore != RestoreKind.Checkpoint)
            ledger.Judge(cluster.Get("restore"), variant.Faults.Any(fault => fault.LosesWeights) ? null
                : "no effect: no fault takes weights; give one `weights: lost`, or leave it out");
        if (!spec.Respawn)
            ledger.Judge(cluster.Get("respawn"), facts.IsWall ? null
                : "no effect: on the virtual clock there are no workers that could end by themselves; leave it out, or say `clock: wall`");
        if (cluster.Get("placement") is ScalarNode placement && spec.Placement.Kind != PlacementKind.RoundRobin)
            ledger.Judge(placement, spec.Nodes.Count == 1 ? "no effect: a single node hosts all layers; add nodes, or leave it out" : null);
        Memory(cluster, variant, facts, models);
        if (cluster.Map("nodes") is not { } nodes)
            return;
        if (spec.Nodes.Any(node => !FaultEffects.IsTimeless(node.ComputeTime)))
            ledger.Judge(cluster.Get("compute_time"), nodes.Entries.All(entry => entry.Value is MapNode map && map.Get("compute_time") is not null)
                ? "no effect: every node has a `compute_time` of its own; leave it out, or one of theirs" : null);
        foreach (NodeSpec node in spec.Nodes)
        {
            if (nodes.Map(node.Name) is not { } map)
                continue;
            Node(map, node, spec, facts, isRehosting);
            Memory(map, variant, facts, models);
        }
    }

    /// <summary>Judges what nodes and the cluster as a whole can say.</summary>
    private void Memory(MapNode map, TrialVariant variant, VariantFacts facts, IReadOnlyList<ModelSpec> models)
    {
        if (map.Map("resident") is { } resident)
            ledger.Judge(resident, models.Count > 0 && models.All(model => model.NumHiddenLayers * variant.Routing.Replicas * model.LayerBytes
                <= Read.Size(resident, "limit")) ? "no effect: all layers have room at once; lower its `limit`, or leave it out" : null);
        if (map.Map("slow_start") is { } slow)
            ledger.Judge(slow, facts.IsWall || variant.Faults.Any(fault => fault is OutageFault and not CrashFault
                || fault is CrashFault crash && (crash.RestartAfter is not null || crash.Timing.Until is not null)) ? null
                : "no effect: no node comes back here; add a crash that ends (`restart_after`), or leave it out");
    }

    private void Node(MapNode map, NodeSpec node, ClusterSpec cluster, VariantFacts facts, bool isRehosting)
    {
        bool byShare = cluster.Placement.Kind == PlacementKind.Capacity || isRehosting;
        ledger.Judge(map.Get("device"), facts.IsWall ? null
            : "no effect: on the virtual clock all layers compute on the run's device (`--device`); leave it out, or say `clock: wall`");
        ledger.Judge(map.Get("capacity"), byShare ? null
            : "no effect: only `placement: capacity` and `recovery: rehost` count with it; add one of them, or leave it out");
        if (facts.IsWall)
            return;
        string? idle = facts.Hosts(node.Name) ? null : "no effect: the node hosts no layer; give it one (`cluster.placement`), or leave it out";
        ledger.Judge(map.Get("compute_time"), idle);
        if (node.Power is { } power && power.ComputeWatts != power.IdleWatts)
            ledger.Judge(map.Map("power")?.Get("compute"), idle ?? (FaultEffects.IsTimeless(node.ComputeTime)
                ? "no effect: the node computes in no time; give `compute_time`" : null));
        if (node.UplinkBytesPerSecond is not null)
            ledger.Judge(map.Get("uplink"), idle);
        if (node.DownlinkBytesPerSecond is not null)
            ledger.Judge(map.Get("downlink"), idle);
        if (node.Slowdown != 1)
            ledger.Judge(map.Get("slowdown"), byShare && node.Capacity is null ? null : idle
                ?? (FaultEffects.IsTimeless(node.ComputeTime)
                ? "no effect: the node computes in no time, and that many times nothing is nothing; give `compute_time`, or leave it out" : null));
    }
}
