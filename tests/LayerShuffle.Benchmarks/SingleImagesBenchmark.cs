using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;

namespace LayerShuffle.Benchmarks;

/// <summary>
/// What is saved where every request is one image: a trial whose requests are computed together as they were planned, and a second one that differs in latency
/// alone, against trials that compute every hop by itself.
/// </summary>
internal static class SingleImagesBenchmark
{
    public static void Run(BenchmarkOptions options, TextWriter output)
    {
        MarkdownTable table = MarkdownTable.OfRatios("remembering", "hop by hop");
        foreach ((string name, VitConfig config) in new[] { ("6 layers, width 64", BenchmarkModels.Small), ("12 layers, width 192", BenchmarkModels.Tiny) })
        {
            foreach (OrderKind order in new[] { OrderKind.Sequential, OrderKind.Arbitrary })
                Compare(table, $"{name}, {(order == OrderKind.Sequential ? "in order" : "orders of their own")}", config, order, options);
        }

        table.Print(output);
    }

    private static void Compare(MarkdownTable table, string name, VitConfig config, OrderKind order, BenchmarkOptions options)
    {
        int requests = options.Pick(256, 16);
        using VisionTransformer model = VisionTransformer.Create(config, 1);
        model.eval();
        using var images = new RandomImages(config, requests);
        using var system = new VirtualActorSystem();
        Alternating first = Alternating.Of(options.Pick(5, 1), () => Trial(new RememberingTrialModel(model, images), 5),
            () => Trial(new TensorTrialModel(model, images), 5));
        table.Add($"{name}: first trial", first);
        var kept = new RememberingTrialModel(model, images);
        Trial(kept, 5);
        table.Add($"{name}: another latency", Alternating.Of(options.Pick(5, 1), () => Trial(kept, 7), () => Trial(new TensorTrialModel(model, images), 7)));

        void Trial(ITrialModel asked, double latency) => new VirtualTrialRunner(system).Run(Spec(config, requests, order, latency), asked, images.Count);
    }

    private static TrialSpec Spec(VitConfig config, int requests, OrderKind order, double latency) => new()
    {
        Key = new TrialKey(0, "model", 0, "default", "default", 0),
        Seed = 1,
        Network = new NetworkSpec(new LinkConditions(DelayDistribution.Constant(Duration.FromMilliseconds(latency)), null, 0, 0, 0, 0, false, false), []),
        Faults = [],
        Cluster = new ClusterSpec([.. Enumerable.Range(1, config.NumHiddenLayers).Select(i => new NodeSpec($"node-{i}", ComputeTimeSpec.Zero, 1, null))],
            PlacementSpec.RoundRobin),
        Routing = new RoutingSpec { Order = order, Timeout = Duration.FromMilliseconds(100) },
        Workload = new WorkloadSpec(requests, 1, new ArrivalSpec(ArrivalKind.Closed, 1, 0), Duration.FromSeconds(30)),
        TraceRequests = 0,
    };
}
