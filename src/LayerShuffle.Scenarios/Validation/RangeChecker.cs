using System.Globalization;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Scenarios.Binding;
using LayerShuffle.Scenarios.Overlays;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Validation;

/// <summary>
/// Checks what a scenario's numbers give together, where each alone is allowed: a compute time and its slowdowns, a size and a bandwidth, requests and their
/// rate. A time of more than a year, as a duration that is written, is a mistake. (A run goes on with times that are too long for a clock: they end after every
/// deadline.)
/// </summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="models">The models whose sizes are known.</param>
internal sealed class RangeChecker(MistakeList mistakes, IReadOnlyList<ModelSpec> models)
{
    private const double LongestSeconds = 366.0 * 24 * 3600, MostBytes = 1e12, MostPackets = 1e6;

    /// <summary>Checks a condition, sweep point and policy.</summary>
    public void Variant(VariantPoint point, TrialVariant variant)
    {
        double[] computing = [.. variant.Cluster.Nodes.Select(node => Computing(point, variant, node))];
        foreach (SlowdownFault fault in variant.Faults.OfType<SlowdownFault>())
            Slowdown(point, variant, fault, computing);
        Arrivals(point, variant.Workload);
        double bytes = models.Select(model => (double)variant.Workload.ImagesPerRequest * model.ActivationBytes(1, variant.Cluster.Wire)).DefaultIfEmpty(0)
            .Max();
        if (bytes > MostBytes)
            mistakes.Add(At(point, "workload", "images_per_request"), $"an activation of {DataSize.Text((long)Math.Min(bytes, 1e18))}",
                $"at most {DataSize.Text((long)MostBytes)}");
        Bandwidths(point, variant, bytes);
        Packets(point, variant, bytes);
        Fields(point, variant);
    }

    private void Packets(VariantPoint point, TrialVariant variant, double bytes)
    {
        foreach ((LinkPatch set, MapNode? map) in Written(point, variant))
        {
            if (set.Packets is { } packets && bytes / packets.Bytes > MostPackets)
                mistakes.Add(map?.Map("packets")?.Get("size") ?? map ?? point.Merged,
                    string.Create(CultureInfo.InvariantCulture, $"an activation of {DataSize.Text((long)bytes)} in {bytes / packets.Bytes:0} packets"),
                    $"at most {MostPackets} packets");
        }
    }

    /// <summary>Numbers of eight bits have no exponent that could flip.</summary>
    private void Fields(VariantPoint point, TrialVariant variant)
    {
        foreach ((LinkPatch set, MapNode? map) in Written(point, variant))
        {
            if (set.Corruption is { Kind: CorruptionKind.Flip } flip && NumberBits.Of(flip.Field, variant.Cluster.Wire).Count == 0)
                mistakes.Add(map?.Map("corrupt")?.Get("field") ?? map ?? point.Merged, "`int8` numbers have a sign and a value, and no exponent",
                    "`sign`, `mantissa` or `any`, or another `cluster.wire`");
        }
    }

    /// <summary>What is written about links, each with its place.</summary>
    private IEnumerable<(LinkPatch Set, MapNode? Map)> Written(VariantPoint point, TrialVariant variant)
    {
        if (point.Merged.Map("network") is { } network)
        {
            LinkConditions all = variant.Network.Default;
            yield return (new LinkPatch { Packets = all.Packets, Corruption = all.Corruption }, network);
        }

        List<MapNode> links = [.. (point.Merged.Map("network")?.Get("links") as SequenceNode)?.Items.OfType<MapNode>() ?? []];
        NetworkBinder again = new(new MistakeList(), new EndpointChecker(new MistakeList(), [])); // reads again what has been read
        foreach (MapNode link in links)
            yield return (again.Patch(link), link);
        foreach (LinkFault fault in variant.Faults.OfType<LinkFault>())
            yield return (fault.Set, At(point, "faults", fault.Name, "set") as MapNode);
    }

    /// <summary>Seconds that a node takes for a layer when no fault slows it.</summary>
    private double Computing(VariantPoint point, TrialVariant variant, NodeSpec node)
    {
        DelayDistribution own = node.ComputeTime.Base;
        double unslowed = Math.Max(own.Mean.TotalSeconds, own.Min.TotalSeconds) + node.ComputeTime.PerImage.TotalSeconds * variant.Workload.ImagesPerRequest;
        double seconds = unslowed * node.Slowdown;
        if (unslowed > LongestSeconds)
            mistakes.Add(At(point, "cluster", "compute_time"), $"a layer takes {Years(unslowed)} for {variant.Workload.ImagesPerRequest} images on {node.Name}",
                "less than a year");
        else if (seconds > LongestSeconds)
            mistakes.Add(At(point, "cluster", "nodes", node.Name, "slowdown"), $"a layer takes {Years(seconds)} on {node.Name}", "less than a year");
        return seconds > LongestSeconds ? 0 : seconds; // said once
    }

    private void Slowdown(VariantPoint point, TrialVariant variant, SlowdownFault fault, double[] computing)
    {
        for (int i = 0; i < computing.Length; i++)
        {
            NodeSpec node = variant.Cluster.Nodes[i];
            if (!MayStrike(fault, node))
                continue;
            // All that may hold the node when this one begins: whatever multiplies does so at some beginning.
            SlowdownFault[] together = [.. variant.Faults.OfType<SlowdownFault>()
                .Where(other => MayStrike(other, node) && MayHold(other, fault))];
            double seconds = together.Aggregate(computing[i], (product, other) => product * Math.Pow(other.Factor, AtOnce(other)));
            if (seconds <= LongestSeconds)
                continue;
            string others = together.Length > 1 ? $" with {string.Join(" and ", together.Where(other => other != fault).Select(other => $"`{other.Name}`"))}"
                : "";
            mistakes.Add(At(point, "faults", fault.Name, "factor"), $"a layer takes {Years(seconds)} on {node.Name}{others}", "less than a year");
            return;
        }
    }

    private static bool MayHold(SlowdownFault other, SlowdownFault fault) => other.Timing != FaultTiming.Once || fault.Timing != FaultTiming.Once
        || (other.At <= fault.At && (other.For is not { } lasts || other.At + lasts > fault.At));

    /// <summary>How many strikes of a fault may hold at one time.</summary>
    private static double AtOnce(SlowdownFault fault) => fault is { Timing: { Every: { } every } timing, For: { } lasts } && fault.Factor > 1
        ? Math.Ceiling((lasts + timing.Jitter).TotalSeconds / every.TotalSeconds) : 1;

    private static bool MayStrike(SlowdownFault fault, NodeSpec node) => fault.Nodes.Names?.Contains(node.Name) ?? true;

    private void Arrivals(VariantPoint point, WorkloadSpec workload)
    {
        if (workload.Arrivals.Kind is ArrivalKind.Closed or ArrivalKind.Trace || workload.Requests is not { } requests)
            return;
        double seconds = (requests - 1) / workload.Arrivals.RatePerSecond;
        if (seconds > LongestSeconds)
            mistakes.Add(At(point, "workload", "arrivals", "rate"), $"the last of {requests} requests comes after {Years(seconds)}", "less than a year");
    }

    private void Bandwidths(VariantPoint point, TrialVariant variant, double bytes)
    {
        double? slowest = variant.Network.Default.BandwidthBytesPerSecond;
        if (bytes > MostBytes)
            return;
        Bandwidth(slowest, At(point, "network", "bandwidth"));
        for (int i = 0; i < variant.Network.Links.Count; i++)
        {
            ScenarioNode place = (point.Merged.Map("network")?.Get("links") as SequenceNode)?.Items.ElementAtOrDefault(i) is MapNode link
                ? link.Get("bandwidth") ?? link : At(point, "network", "links");
            Bandwidth(variant.Network.Links[i].Set.Bandwidth, place);
        }

        foreach (LinkFault fault in variant.Faults.OfType<LinkFault>())
            Bandwidth(fault.Set.Bandwidth, At(point, "faults", fault.Name, "set", "bandwidth"));

        foreach (NodeSpec node in variant.Cluster.Nodes)
        {
            Bandwidth(node.UplinkBytesPerSecond, At(point, "cluster", "nodes", node.Name, "uplink"));
            Bandwidth(node.DownlinkBytesPerSecond, At(point, "cluster", "nodes", node.Name, "downlink"));
        }

        void Bandwidth(double? bandwidth, ScenarioNode place)
        {
            if (bandwidth is { } rate && bytes / rate > LongestSeconds)
                mistakes.Add(place, $"an activation of {DataSize.Text((long)bytes)} takes {Years(bytes / rate)}", "less than a year");
        }
    }

    /// <summary>The node at a path, or the last on the way to it.</summary>
    private static ScenarioNode At(VariantPoint point, params string[] path)
    {
        ScenarioNode place = point.Merged;
        foreach (string key in path)
        {
            if (place is not MapNode map || map.Get(key) is not { } next)
                break;
            place = next;
        }

        return place;
    }

    private static string Years(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds / (365.25 * 24 * 3600):G3} years");
}
