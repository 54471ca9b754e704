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
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Benchmarks;

/// <summary>
/// What actors, messages, acknowledgements and records cost: every request of a trial is followed at once by the same images through the same model in a plain
/// loop, and the two are compared.
/// </summary>
internal static class ActorsBenchmark
{
    public static void Run(BenchmarkOptions options, TextWriter output)
    {
        MarkdownTable table = MarkdownTable.OfRatios("actors", "loop");
        foreach ((int batch, int requests) in new[] { (1, options.Pick(600, 20)), (8, options.Pick(150, 8)), (64, options.Pick(30, 3)) })
            table.Add($"12 layers, width 192, batch {batch}", Compare(BenchmarkModels.Tiny, batch, requests));
        foreach ((int batch, int requests) in new[] { (1, options.Pick(2000, 20)), (8, options.Pick(1000, 20)) })
            table.Add($"6 layers, width 64, batch {batch}", Compare(BenchmarkModels.Small, batch, requests));
        table.Print(output);
    }

    private static Alternating Compare(VitConfig config, int batch, int requests)
    {
        int warm = 2 + requests / 10;
        using VisionTransformer model = VisionTransformer.Create(config, 1);
        model.eval();
        using var images = new RandomImages(config, 128);
        using var system = new VirtualActorSystem();
        var times = new Alternating();
        int done = 0;
        long mark = Alternating.Mark();
        new VirtualTrialRunner(system).Run(Trial(config, batch, requests + warm), new TensorTrialModel(model, images), images.Count, record =>
        {
            double actors = Alternating.SecondsSince(mark);
            mark = Alternating.Mark();
            int[] indexes = [.. Enumerable.Range(record.FirstImage, batch).Select(i => i % images.Count)];
            Loop(model, images, indexes);
            double loop = Alternating.SecondsSince(mark);
            if (++done > warm)
                times.Add(actors, loop);
            mark = Alternating.Mark(); // from here on the next request
        });
        return times;
    }

    /// <summary>What a request does, without the request: images, embeddings, layers, head, counting the hits.</summary>
    private static void Loop(VisionTransformer model, RandomImages images, int[] indexes)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        using VitOutput output = model.Forward(images.PixelValues(indexes), LayerOrder.Ascending(model.Config.NumHiddenLayers));
        Tensor hits = output.Logits.topk(5, dim: 1).indexes.eq(images.Labels(indexes).unsqueeze(1));
        _ = hits[.., 0].sum().item<long>() + hits.sum().item<long>();
    }

    private static TrialSpec Trial(VitConfig config, int batch, int requests) => new()
    {
        Key = new TrialKey(0, "model", 0, "default", "default", 0),
        Seed = 1,
        Network = new NetworkSpec(new LinkConditions(DelayDistribution.Constant(Duration.FromMilliseconds(5)), null, 0, 0, 0, 0, false, false), []),
        Faults = [],
        Cluster = new ClusterSpec([.. Enumerable.Range(1, config.NumHiddenLayers).Select(i => new NodeSpec($"node-{i}", ComputeTimeSpec.Zero, 1, null))],
            PlacementSpec.RoundRobin),
        Routing = new RoutingSpec { Timeout = Duration.FromMilliseconds(100) },
        Workload = new WorkloadSpec(requests, batch, new ArrivalSpec(ArrivalKind.Closed, 1, 0), Duration.FromSeconds(30)),
        TraceRequests = 1000,
    };
}
