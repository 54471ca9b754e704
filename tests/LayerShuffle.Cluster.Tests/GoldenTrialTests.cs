using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static LayerShuffle.Cluster.Tests.TrialBuilder;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

/// <summary>A request through actors on six nodes gets the logits that the paper's reference implementation computes.</summary>
public class GoldenTrialTests
{
    // Tiny tensors: a second thread only waits at barriers, and for ages where the machine is busy.
    public GoldenTrialTests() => torch.set_num_threads(1);

    private const double Tolerance = 1e-4;

    [Fact]
    public void The_fixture_in_the_repository_is_reproduced()
    {
        using GoldenFolder golden = GoldenFolder.OpenFixture();
        CheckAllOrders(golden);
    }

    [Theory]
    [MemberData(nameof(GoldenFolder.Names), MemberType = typeof(GoldenFolder))]
    public void Every_order_gives_the_reference_s_logits(string folder)
    {
        using GoldenFolder golden = GoldenFolder.Open(folder);
        CheckAllOrders(golden);
    }

    private static void CheckAllOrders(GoldenFolder golden)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionTransformer model = ModelFolder.Load(golden.Directory).Model;
        using var system = new VirtualActorSystem();
        golden.Orders.Count().ShouldBe(7);
        foreach (string name in golden.Orders)
            Check(golden, model, system, name);
    }

    private static void Check(GoldenFolder golden, VisionTransformer model, VirtualActorSystem system, string name)
    {
        int[] order = golden.Order(name);
        Tensor labels = golden.Tensors["labels"], expected = golden.Tensors[$"order.{name}.logits"];
        var recorder = new LogitRecorder(model, new ImageSet(golden.Tensors["pixel_values"], labels));
        TrialSpec spec = Spec(Link(5), new RoutingSpec { Order = OrderKind.Explicit, ExplicitOrder = order, Timeout = Ms(50) }, requests: 1);
        spec = spec with { Workload = spec.Workload with { ImagesPerRequest = 4 } };
        TrialRecord trial = Runner(system).Run(spec, recorder, 4);

        RequestRecord request = trial.Requests.ShouldHaveSingleItem();
        request.Order.ShouldBe(order);
        request.Skipped.ShouldBeEmpty();
        request.Pruned.ShouldBe(Enumerable.Range(0, Layers).Except(order));
        request.Latency.ShouldBe(Ms(order.Length * 2 + (order.Length + 1) * 5));
        (IReadOnlyList<int> images, Tensor logits) = recorder.Judged.ShouldHaveSingleItem();
        Tensor rows = tensor(images.Select(image => (long)image).ToArray());
        logits.ShouldBeNear(expected.index_select(0, rows), Tolerance, name);
        request.Correct.ShouldBe((int)expected.argmax(1).eq(labels).sum().item<long>());
        request.CorrectTop5.ShouldBe((int)expected.topk(5, 1).indexes.eq(labels.unsqueeze(1)).sum().item<long>());
        recorder.RequestsHeld.ShouldBe(0);
    }
}
