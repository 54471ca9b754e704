using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Trials;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using static LayerShuffle.Cluster.Tests.TrialBuilder;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Tensors are freed when their request has its outcome, or their step is done: the garbage collector does not see native memory.</summary>
[Collection(AloneCollection.Name)]
public sealed class MemoryTests : IDisposable
{
    private const long Most = 50_000_000;
    // what grows slowly shows in the working set; a single tensor shows at once
    private static readonly bool Long = LongTests.AreWanted;
    private static readonly int Times = Long ? 2000 : 300, Warm = Times / 4;
    private static readonly VitConfig Config = TinyModels.Config(ModelVariant.LayerShufflePosition);

    private readonly VisionTransformer model = TinyModels.Random(Config);
    private readonly Tensor pixels, labels;
    private readonly ImageSet set;
    private readonly VirtualActorSystem system = new();

    public MemoryTests()
    {
        set_num_threads(1); // tiny tensors: a second thread only waits at barriers
        (pixels, labels) = TinyModels.Images(Config, 64);
        set = new ImageSet(pixels, labels);
    }

    [Fact]
    public void Requests_leave_nothing_behind()
    {
        // Losses, give-ups and duplicates: branches that travel on for requests that are over already.
        var routing = new RoutingSpec { Order = OrderKind.Arbitrary, Retries = 1, Timeout = Ms(12) };
        TrialSpec spec = Images(Spec(Link(5, 0.1, duplicate: 0.1, reorder: 0.1), routing, requests: Times, nodes: 3, trace: 0));
        var trialModel = new TensorTrialModel(model, set);
        Runner(system).Run(Images(Spec(Link(5), routing, requests: 5, nodes: 3)), trialModel, set.Count);

        long before = TensorChecks.Settled(), workingSet = 0;
        List<long> counts = [];
        Runner(system).Run(spec, trialModel, set.Count, _ =>
        {
            counts.Add(Tensor.TotalCount);
            if (counts.Count == Warm)
                workingSet = WorkingSet();
        });
        counts.Count.ShouldBe(Times);
        counts.ShouldAllBe(count => count == before);
        Tensor.TotalCount.ShouldBe(before);
        (WorkingSet() - workingSet).ShouldBeLessThan(Most);
        trialModel.RequestsHeld.ShouldBe(0);
    }

    [Fact]
    public void So_do_requests_that_overlap_among_crashes()
    {
        var routing = new RoutingSpec { Retries = 1, Timeout = Ms(12) };
        TrialSpec spec = Images(Spec(
            Link(5, 0.2, duplicate: 0.1), routing, requests: 300, nodes: 3, concurrency: 8, deadlineMs: 150,
            faults: [new CrashFault("a", Ms(40), NodeSelector.Of("node-1"), Ms(200)), new CrashFault("b", Ms(300), NodeSelector.Of("node-2"), null)]));
        var trialModel = new TensorTrialModel(model, set);
        long before = TensorChecks.Settled();
        Runner(system).Run(spec, trialModel, set.Count);
        Tensor.TotalCount.ShouldBe(before);
        trialModel.RequestsHeld.ShouldBe(0);
    }

    [Fact]
    public void A_trial_stopped_half_way_frees_its_tensors()
    {
        TrialSpec spec = Images(Spec(Link(5), new RoutingSpec { Timeout = Ms(100) }, requests: 200, nodes: 3, concurrency: 8));
        var trialModel = new TensorTrialModel(model, set);
        using var cancellation = new CancellationTokenSource();
        long before = TensorChecks.Settled();
        int done = 0, held = 0;
        Should.Throw<OperationCanceledException>(() => Runner(system).Run(spec, trialModel, set.Count, _ =>
        {
            if (++done != 50)
                return;
            held = trialModel.RequestsHeld;
            cancellation.Cancel();
        }, cancellation.Token));
        held.ShouldBe(7);
        trialModel.RequestsHeld.ShouldBe(0);
        Tensor.TotalCount.ShouldBe(before);
    }

    [Fact]
    public void Training_steps_leave_nothing_behind()
    {
        int steps = Times;
        var options = new TrainingOptions { Epochs = 5, BatchSize = 8, MicroBatches = 2, LearningRate = 1e-4 };
        var many = new RepeatedImages(set, steps / options.Epochs * options.BatchSize);
        var job = new TrainingJob("model", 0, model, options, many, set, SeedTree.Root(3), null);
        long before = TensorChecks.Settled(), workingSet = 0;
        List<long> counts = [];
        new VirtualTrainer(system).Train(job, null, (done, total) =>
        {
            counts.Add(Tensor.TotalCount);
            if (done == Warm)
                workingSet = WorkingSet();
        });
        counts.Count.ShouldBe(steps);
        counts.Distinct().ShouldHaveSingleItem();
        Tensor.TotalCount.ShouldBe(before);
        (WorkingSet() - workingSet).ShouldBeLessThan(Most);
    }

    public void Dispose()
    {
        system.Dispose();
        pixels.Dispose();
        labels.Dispose();
        model.Dispose();
    }

    private static TrialSpec Images(TrialSpec spec) => spec with { Workload = spec.Workload with { ImagesPerRequest = 4 } };

    private static long WorkingSet()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return Environment.WorkingSet;
    }
}
