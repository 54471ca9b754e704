using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Tests;

/// <summary>Short ways to the things that tests are made of.</summary>
internal static class Make
{
    public static readonly SeedTree Seed = SeedTree.Root(7).Child(0);

    public static Duration Ms(double milliseconds) => Duration.FromMilliseconds(milliseconds);

    public static Instant At(double milliseconds) => Instant.Zero + Ms(milliseconds);

    public static Topology Topology(int nodes) => new([.. Enumerable.Range(1, nodes).Select(k => $"node-{k}")]);

    public static MessageKey Key(int request, int layer = 0, int attempt = 0) => new(request, layer, attempt);

    public static LinkInjector Injector(LinkPatch conditions, int nodes = 2, SeedTree? seed = null, params LinkException[] links) =>
        new(new(LinkConditions.Perfect.With(conditions), links), Topology(nodes), seed ?? Seed);

    /// <summary>Takes down what a partition cuts, as its first strike does.</summary>
    public static LinkHold Cut(this LinkInjector injector, PartitionFault fault) => injector.Cut(First(injector, fault));

    /// <summary>Changes what a fault of links sets, as its first strike does.</summary>
    public static LinkHold ApplyPatch(this LinkInjector injector, LinkFault fault) => injector.ApplyPatch(First(injector, fault), fault.Set);

    private static FaultEvent First(LinkInjector injector, FaultSpec fault) => FaultTimeline.Events([fault], injector.Topology, Seed).First();

    public static LinkPatch Latency(double milliseconds) => new() { Latency = DelayDistribution.Constant(Ms(milliseconds)) };

    public static DelayDistribution Jitter(double mean, double deviation) => new(DelayKind.Normal, Ms(mean), Ms(deviation), Duration.Zero, null);

    public static ClusterSpec Cluster(int nodes, PlacementSpec? placement = null) =>
        new([.. Enumerable.Range(1, nodes).Select(k => new NodeSpec($"node-{k}", ComputeTimeSpec.Zero, 1, null))], placement ?? PlacementSpec.RoundRobin);
}
