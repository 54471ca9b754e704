using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Scenarios.Binding;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Effects;

/// <summary>Which settings of links do nothing.</summary>
/// <param name="ledger">Where that is noted.</param>
internal sealed class NetworkEffects(EffectLedger ledger)
{
    private readonly NetworkBinder binder = new(new MistakeList(), new EndpointChecker(new MistakeList(), [])); // reads again what has been found right

    /// <summary>Judges the section <c>network</c>.</summary>
    public void Judge(MapNode? network, TrialVariant variant, VariantFacts facts)
    {
        if (network is null)
            return;
        Link(network, variant, facts, facts.Latencies);
        Words(network, variant, facts);
        bool isChanged = false;
        foreach (MapNode link in (network.Get("links") as SequenceNode)?.Items.OfType<MapNode>() ?? [])
        {
            LinkPatch patch = binder.Patch(link);
            bool changes = variant.Network.Default.With(patch) != variant.Network.Default;
            string? idle = !facts.Talk(Ends(link, "from"), Ends(link, "to"))
                ? "no effect: these endpoints never exchange a message here; name endpoints that do (hosts of layers that follow one another, the "
                    + "coordinator), or leave it out"
                : !changes && !isChanged ? "no effect: the link has these conditions already; change them or leave the exception out" : null;
            ledger.Judge(link, idle);
            if (idle is null)
                Link(link, variant, facts, Latencies(patch, variant, facts));
            isChanged |= changes;
        }
    }

    /// <summary>Judges what a fault sets on links.</summary>
    public void Judge(LinkFault fault, MapNode map, TrialVariant variant, VariantFacts facts)
    {
        if (map.Map("set") is not { } set)
            return;
        bool isAlone = variant.Network.Links.Count == 0 && facts.LinkFaults.Count == 1;
        if (!facts.Talk(fault.From, fault.To))
            ledger.Judge(map.Get("to"), "no effect: these endpoints never exchange a message here; name endpoints that do");
        else
            ledger.Judge(map.Get("to"), null);
        ledger.Judge(set, isAlone && variant.Network.Default.With(fault.Set) == variant.Network.Default
            ? "no effect: links have these conditions already; set others" : null);
        Link(set, variant, facts, fault.Set.Latency is { } own ? [own] : facts.Latencies);
    }

    private static IReadOnlyList<DelayDistribution> Latencies(LinkPatch patch, TrialVariant variant, VariantFacts facts) =>
        [patch.Latency ?? variant.Network.Default.Latency, .. facts.LinkFaults.Select(fault => fault.Set.Latency).OfType<DelayDistribution>()];


    private static IReadOnlyList<string> Ends(MapNode map, string key) => [.. Read.Scalars(map.Get(key)).Select(end => end.Text)];

    /// <summary>Judges the keys that a link, an exception and a fault share.</summary>
    /// <param name="map">Where they are written.</param>
    /// <param name="variant">What they stand in.</param>
    /// <param name="facts">What is known.</param>
    /// <param name="latencies">The latencies that the links concerned may have.</param>
    private void Link(MapNode map, TrialVariant variant, VariantFacts facts, IReadOnlyList<DelayDistribution> latencies)
    {
        if (Read.Probability(map, "reorder") > 0)
        {
            ledger.Judge(map.Get("reorder"), latencies.All(VariantFacts.IsZero)
                ? "no effect: there is no latency that a message could skip; give a `latency`, or leave it out"
                : facts.IsOneInFlight && !facts.HasCopies
                    ? "nothing can be overtaken: one request is in flight at a time, so that messages are only spared their latency; raise "
                        + "`workload.arrivals.concurrency`, or leave it out" : null);
        }

        Packets(map.Map("packets"), facts);
        Corruption(map, facts);
        if (Read.Size(map, "overhead") > 0)
            ledger.Judge(map.Get("overhead"), facts.IsUnlimited && !variant.Cluster.SharesRates
                ? "no effect: without a limit of bandwidth messages take no time for their size; give a `bandwidth`, or leave it out" : null);
        if (map.Get("queue") is { } queue)
            ledger.Judge(queue, facts.IsUnlimited ? "no effect: without a limit of bandwidth nothing waits; give a `bandwidth`, or leave it out" : null);
        if (Read.Boolean(map, "keep_order") == true)
            ledger.Judge(map.Get("keep_order"), latencies.All(VariantFacts.IsConstant) && !facts.LinkFaults.Exists(fault => fault.Set.Latency is not null)
                ? "no effect: without jitter messages keep their order anyway; give a `latency` that varies, or leave it out" : null);
        if (map.Map("trace") is { } trace && binder.Patch(map).Trace is { } followed)
            Trace(map, trace, followed, facts);
        if (map.Map("latency") is { } latency && Read.Text(latency, "distribution") == "constant" && Read.Duration(latency, "mean") is { } mean)
        {
            if (Read.Duration(latency, "min") is { Nanoseconds: > 0 } least)
                ledger.Judge(latency.Get("min"), least <= mean ? "no effect: a constant `mean` that is not below it is never clamped; leave it out" : null);
            ledger.Judge(latency.Get("max"), Read.Duration(latency, "max") >= mean
                ? "no effect: a constant `mean` that is not above it is never clamped; leave it out" : null);
        }
    }

    /// <summary>Judges a trace, and what it replaces all the time.</summary>
    private void Trace(MapNode map, MapNode trace, LinkTrace followed, VariantFacts facts)
    {
        const string Replaced = "no effect: the trace says what holds all the time; leave it out of one of them";
        IReadOnlyList<TracePoint> points = followed.Table.Points;
        LinkPatch written = binder.Patch(map);
        if (points.All(point => point.Latency is not null) && written.Latency is { } latency && !VariantFacts.IsZero(latency))
            ledger.Judge(map.Get("latency"), Replaced);
        if (points.All(point => point.Loss is not null) && (written.Loss > 0 || written.LoseFirst > 0))
            ledger.Judge(map.Get("loss"), Replaced);
        if ((followed.Table.IsPackets || points.All(point => point.BytesPerSecond is not null)) && written.Bandwidth < double.PositiveInfinity)
            ledger.Judge(map.Get("bandwidth"), Replaced);
        if (Read.Boolean(trace, "repeat") == false)
            ledger.Judge(trace.Get("repeat"), followed.Offset is { } offset && facts.End + offset.TotalSeconds < followed.Table.Length.TotalSeconds
                ? "no effect: the last request has its outcome before the trace ends; leave it out" : null);
        if (points.Count == 1 && !followed.Table.IsPackets)
            ledger.Judge(trace.Get("offset"), "no effect: the trace has one row, which always holds; leave it out");
    }

    private void Packets(MapNode? packets, VariantFacts facts)
    {
        ledger.Judge(packets, facts.IsLossless && !facts.HasOverhead
            ? "no effect: no packet is lost, and none has an `overhead`; give a `loss`, or leave it out" : null);
        if (Read.Text(packets, "missing") is "zero" or "mean")
            ledger.Judge(packets!.Get("missing"), facts.HasTensors ? null
                : "no effect: with `model: none` nothing is computed, so that a message with holes is as good as a whole one; `drop` and `resend` take their "
                    + "time here too");
    }

    private void Corruption(MapNode map, VariantFacts facts)
    {
        if (Read.Boolean(map, "checksum") == false)
            ledger.Judge(map.Get("checksum"), facts.IsClean ? "no effect: nothing is garbled; give `corrupt`, or leave it out" : null);
        foreach (MapEntry entry in (map.Map("corrupt")?.Entries ?? []).Where(entry => entry.Key is not "probability"))
            ledger.Judge(entry.Value, facts.IsChecked ? "no effect: what is garbled is dropped, however it is garbled; give `checksum: false`, or leave it out"
                : !facts.HasTensors ? "no effect: with `model: none` nothing is computed, whatever is garbled; leave it out" : null);
    }

    private void Words(MapNode network, TrialVariant variant, VariantFacts facts)
    {
        if (Read.Boolean(network, "nan_guard") == true)
            ledger.Judge(network.Get("nan_guard"), facts.HasTensors ? null : "no effect: with `model: none` nothing is computed; leave it out");
        if (Read.Text(network, "control") == "lossy")
            ledger.Judge(network.Get("control"), facts.LosesMessages ? null : "no effect: nothing is lost on any link; give a `loss`, or leave it out");
        bool isPlain = !facts.LosesMessages && facts.Latencies.All(VariantFacts.IsZero) && !variant.Faults.Any(fault => fault is LinkFault or PartitionFault);
        if (facts.IsWall && variant.Network.MembershipLossy)
            ledger.Judge(network.Get("membership"), isPlain
                ? "no effect: links are perfect and nothing cuts them; give loss, latency or a partition, or leave it out" : null);
    }
}
