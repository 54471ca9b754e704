using LayerShuffle.Actors.Models;
using LayerShuffle.Cluster.Tests.Serialization;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Simulation;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Trials of the network alone, with one layer per node unless said otherwise.</summary>
internal static class TrialBuilder
{
    public const int Layers = 6, Tokens = 17, Hidden = 48;

    public static Duration Ms(double milliseconds) => Duration.FromMilliseconds(milliseconds);

    public static LinkConditions Link(double latencyMs, double loss = 0, double? bandwidth = null, double duplicate = 0, double reorder = 0) =>
        new(DelayDistribution.Constant(Ms(latencyMs)), bandwidth, loss, duplicate, 0, reorder, false, false);

    public static TrialSpec Spec(
        LinkConditions link, RoutingSpec routing, double computeMs = 2, int requests = 20, int nodes = Layers, int concurrency = 1, double deadlineMs = 30_000,
        IReadOnlyList<FaultSpec>? faults = null, long seed = 7, ArrivalSpec? arrivals = null, int trace = int.MaxValue, int repeat = 0) => new()
        {
            Key = new TrialKey(0, "none", 0, "default", "default", repeat),
            Seed = seed,
            Network = new NetworkSpec(link, []),
            Faults = faults ?? [],
            Cluster = new ClusterSpec(
                [.. Enumerable.Range(1, nodes)
                    .Select(i => new NodeSpec($"node-{i}", new ComputeTimeSpec(DelayDistribution.Constant(Ms(computeMs)), default), 1, null))],
                PlacementSpec.RoundRobin),
            Routing = routing,
            Workload = new WorkloadSpec(requests, 1, arrivals ?? new ArrivalSpec(ArrivalKind.Closed, concurrency, 0), Ms(deadlineMs)),
            TraceRequests = trace,
        };

    /// <summary>A runner whose messages all pass through their codecs, and whose trace has every attempt.</summary>
    public static VirtualTrialRunner Runner(VirtualActorSystem system) => new(system) { Wire = WireCopy.Of, TracedAttempts = int.MaxValue };

    public static TrialRecord Run(TrialSpec spec)
    {
        using var system = new VirtualActorSystem();
        return Runner(system).Run((TrialSpec)WireCopy.Of(spec), new SizesOnlyModel(Layers, Tokens, Hidden), 1000);
    }
}
