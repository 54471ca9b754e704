using LayerShuffle.Actors.Models;
using LayerShuffle.Cluster.Tests.Serialization;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using static LayerShuffle.Cluster.Tests.TrialBuilder;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Routing;

/// <summary>Several journeys of a request.</summary>
public class MultipathTests
{
    private const double Healthy = (Layers * 2) + ((Layers + 1) * 5);

    private static RoutingSpec Paths(int paths, CombineKind combine = CombineKind.First, double waitMs = 50) =>
        new() { Timeout = Ms(500), Retries = 0, OnFailure = OnFailure.Fail, Redundancy = new(paths, combine, Ms(waitMs)) };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void One_of_k_independent_journeys_completes(int paths)
    {
        const int n = 1200;
        const double p = 0.1;
        TrialRecord trial = Run(Spec(Link(1, p), Paths(paths), requests: n, trace: 0));
        double alone = Math.Pow(1 - p, Layers + 1), expected = 1 - Math.Pow(1 - alone, paths);
        (trial.Requests.Count(r => r.Outcome == RequestOutcome.Completed) / (double)n).ShouldBe(expected, 3.3 * Math.Sqrt(expected * (1 - expected) / n));
        trial.Requests.ShouldAllBe(r => r.Outcome != RequestOutcome.DeadlineExceeded); // it has failed when all have
    }

    [Theory]
    [InlineData(CopyChoice.First)]
    [InlineData(CopyChoice.Random)]
    public void Where_there_are_replicas_each_takes_others(CopyChoice copies)
    {
        RoutingSpec routing = Paths(2) with { Replicas = 2, Copies = copies };
        TrialRecord trial = Run(Spec(Link(5), routing, requests: 40, nodes: 12));
        trial.Requests.ShouldAllBe(r => r.Latency == Ms(Healthy));
        foreach (IGrouping<(int, int?), HopRecord> layer in trial.Hops.Where(hop => hop.Layer is not null).GroupBy(hop => (hop.Request, hop.Layer)))
            layer.Select(hop => hop.To).Distinct().Count().ShouldBe(2);
        trial.ResultsSuperseded.ShouldBe(39); // of the last request nobody waits for the other
        Run(Spec(Link(5), routing, requests: 40, nodes: 12, faults: [new CrashFault("outage", default, NodeSelector.Of("node-3"), null)])).Requests
            .ShouldAllBe(r => r.Outcome == RequestOutcome.Completed);
    }

    [Theory]
    [InlineData(35, 30_000, 30)] // the other comes 30 ms later
    [InlineData(85, 30_000, 50)] // … or 80, and is not waited for so long
    [InlineData(85, Healthy + 20, 20)] // … or not before the deadline
    public void What_comes_within_the_wait_is_combined(double slow, double deadline, double later)
    {
        LinkFault late = new("late", default, ["coordinator"], ["node-7"], new LinkPatch { Latency = DelayDistribution.Constant(Ms(slow)) }, null);
        RoutingSpec routing = Paths(2, CombineKind.MeanLogits) with { Replicas = 2 };
        TrialRecord trial = Run(Spec(Link(5), routing, requests: 3, nodes: 12, faults: [late], deadlineMs: deadline));
        trial.Requests.ShouldAllBe(r => r.Outcome == RequestOutcome.Completed && r.Latency == Ms(Healthy + later));
    }

    [Fact]
    public void The_mean_of_the_logits_answers()
    {
        const int images = 40;
        VitConfig config = TinyModels.Config();
        VisionTransformer model = TinyModels.Random(config);
        (Tensor pixels, Tensor labels) = TinyModels.Images(config, images);
        // Node-2 hosts the first copy of layer 1, and is dead: one journey skips it, the other one does not.
        TrialSpec spec = Spec(Link(5), Paths(2, CombineKind.MeanLogits, 2000) with { Replicas = 2, OnFailure = OnFailure.Skip }, requests: images, nodes: 6,
            faults: [new CrashFault("outage", default, NodeSelector.Of("node-2"), null)]);
        using var system = new VirtualActorSystem();
        TrialRecord trial = new VirtualTrialRunner(system) { Wire = WireCopy.Of }.Run(spec, new TensorTrialModel(model, new ImageSet(pixels, labels)), images);
        trial.Requests.ShouldAllBe(r => r.Skipped!.Count == 0); // the first that came back is told of

        using IDisposable inference = inference_mode();
        int right = 0;
        for (int request = 0; request < images; request++)
        {
            int image = trial.Requests[request].FirstImage;
            Tensor Way(params int[] order)
            {
                Tensor hidden = model.Embeddings.Forward(pixels[image..(image + 1)]);
                for (int i = 0; i < order.Length; i++)
                    hidden = model.Layers[order[i]].Forward(hidden, model.Embeddings.PositionEmbedding(i));
                return model.Head.Forward(hidden);
            }

            Tensor mean = stack([Way(0, 1, 2), Way(0, 2)]).mean([0]);
            int correct = mean.argmax(1).item<long>() == labels[image].item<long>() ? 1 : 0;
            trial.Requests[request].Correct.ShouldBe(correct);
            double loss = nn.functional.log_softmax(mean.to(float64), 1)[0, labels[image].item<long>()].neg().item<double>();
            trial.Requests[request].Loss.ShouldNotBeNull().ShouldBe(loss, 1e-6);
            right += correct;
        }

        right.ShouldBeInRange(1, images - 1);
    }
}
