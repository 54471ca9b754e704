using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Trials;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static LayerShuffle.Cluster.Tests.TrialBuilder;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Training;

/// <summary>Trainings on the virtual clock that meet what a cluster's links and faults do: by closed forms, and bit by bit.</summary>
public sealed class MetTrainingTests : IDisposable
{
    private const int Images = 40, ModelLayers = 4;
    private readonly VirtualActorSystem system = new();
    private readonly VitConfig config = TinyModels.Config(layers: ModelLayers);

    public MetTrainingTests() => set_num_threads(1);

    [Theory]
    [InlineData(0.3, 0)]
    [InlineData(0.3, 1)]
    [InlineData(0.6, 2)]
    public void A_layer_is_skipped_as_often_as_all_of_its_sendings_are_lost(double loss, int retries)
    {
        MetTraining met = Rehearse(Cluster(loss) with { Routing = new RoutingSpec { Timeout = Ms(20), Retries = retries } }, Outline(epochs: 200));
        met.Steps.Count.ShouldBe(1000);
        met.Steps.ShouldAllBe(step => step.Executed.Union(step.Missed).Count() == ModelLayers && step.Executed.Length + step.Missed.Length == ModelLayers);
        double share = Math.Pow(loss, retries + 1), n = met.Steps.Count * ModelLayers;
        (met.Steps.Sum(step => step.Missed.Length) / n).ShouldBe(share, 4 * Math.Sqrt(share * (1 - share) / n));
        for (int layer = 0; layer < ModelLayers; layer++) // wherever it stands
        {
            double missed = (double)met.Steps.Count(step => step.Missed.Contains(layer)) / met.Steps.Count;
            missed.ShouldBe(share, 4.5 * Math.Sqrt(share * (1 - share) / met.Steps.Count));
        }
    }

    [Fact]
    public void A_step_that_fails_is_tried_again()
    {
        // Five hops of which each comes with 0.8: an attempt succeeds with 0.8^5, so that there are 1 / 0.8^5 of them for each step.
        MetTraining met = Rehearse(Cluster(0.2) with
        {
            Routing = new RoutingSpec { Timeout = Ms(20), Retries = 0, OnFailure = OnFailure.Fail },
            Workload = Cluster(0.2).Workload with { Deadline = Ms(200) },
        }, Outline(epochs: 200));
        double success = Math.Pow(0.8, ModelLayers + 1), n = met.Steps.Count;
        met.Steps.ShouldAllBe(step => step.Missed.Length == 0);
        met.Steps.Average(step => step.Attempts).ShouldBe(1 / success, 4 * Math.Sqrt((1 - success) / n) / success);
        met.Trial.Requests.Count.ShouldBe(met.Steps.Sum(step => step.Attempts));
    }

    [Fact]
    public void Steps_take_the_time_of_their_journeys_and_a_dead_node_is_left_out_while_it_is_dead()
    {
        // Four layers of 2 ms and five hops of 5 ms: 33 ms a step, until node-2 (layer 1) dies at 1 s, in the 31st step; it is back at 2 s.
        MetTraining met = Rehearse(Cluster(0) with
        {
            Routing = new RoutingSpec { Timeout = Ms(20), Retries = 0 },
            Faults = [new CrashFault("dies", Ms(1000), NodeSelector.Of("node-2"), Ms(1000))],
        }, Outline(epochs: 20, ModelVariant.Standard));
        met.Steps.Take(30).Select((step, i) => step.Ends == Core.Time.Instant.Zero + Ms(33 * (i + 1))).ShouldAllBe(right => right);
        int[] without = [.. Enumerable.Range(0, met.Steps.Count).Where(i => met.Steps[i].Missed.Length > 0)];
        without.ShouldBe(Enumerable.Range(without[0], without.Length)); // one after the other
        met.Steps[without[0]].Missed.ShouldBe([1]);
        without[0].ShouldBeInRange(30, 31);
        met.Steps[without[^1] + 1].Ends.ShouldBeGreaterThan(Core.Time.Instant.Zero + Ms(2000));
        met.Tell(new TrainingRecord("m", 0, 1, 40, 0, 0, null, 0, null, null), 0).ShouldBe(new TrainingRecord("m", 0, 1, 40, 0, 0, null, 0, null, null)
        {
            StepsHit = without.Count(step => step < 40),
            LayersSkipped = without.Count(step => step < 40),
            StepsRepeated = 0,
        });
    }

    [Fact]
    public void A_deferred_layer_is_trained_last()
    {
        MetTraining met = Rehearse(Cluster(0.2) with { Routing = new RoutingSpec { Timeout = Ms(20), Retries = 0, OnFailure = OnFailure.Defer } },
            Outline(epochs: 20, ModelVariant.Standard));
        MetStep[] others = [.. met.Steps.Where(step => step.Missed.Length == 0 && !step.Executed.SequenceEqual([0, 1, 2, 3]))];
        others.ShouldNotBeEmpty();
        others.ShouldContain(step => step.Executed.SequenceEqual(new[] { 0, 2, 3, 1 }));
    }

    [Fact]
    public void A_step_that_never_gets_through_ends_the_training()
    {
        TrialSpec spec = Cluster(1) with { Routing = new RoutingSpec { Timeout = Ms(1), Retries = 0, OnFailure = OnFailure.Fail } };
        Should.Throw<TrainingInterruptedException>(() => Rehearse(spec, Outline())).Message
            .ShouldContain("step 0: 100 attempts at it failed in the virtual cluster");
    }

    [Theory]
    [InlineData(RestoreKind.Checkpoint)]
    [InlineData(RestoreKind.Neighbours)]
    [InlineData(RestoreKind.NeighboursWeighted)]
    [InlineData(RestoreKind.Copy)]
    [InlineData(RestoreKind.Zero)]
    [InlineData(RestoreKind.Random)]
    [InlineData(RestoreKind.None)]
    public void Lost_weights_come_from_where_restore_says(RestoreKind restore)
    {
        // With a learning rate of 0 nothing else changes any weight.
        var options = new TrainingOptions { Epochs = 2, BatchSize = 8, LearningRate = 0 };
        MetTraining met = Rehearse(Losing(restore), Outline(2, ModelVariant.LayerShuffle, options));
        met.Changes.ShouldHaveSingleItem().Layer.ShouldBe(1);
        if (restore == RestoreKind.None)
            met.Steps.Skip(met.Changes[0].Step).ShouldAllBe(step => step.Missed.SequenceEqual(new[] { 1 }));
        using VisionTransformer model = TinyModels.Random(config), before = TinyModels.Random(config);
        var memory = new TrainingMemory();
        Train(model, options, met, memory);

        using DisposeScope scope = NewDisposeScope();
        double[] norms = memory.Norms;
        foreach (int layer in new[] { 0, 2, 3 })
            model.Layers[layer].Bytes().ShouldBe(before.Layers[layer].Bytes());
        using VisionTransformer fresh = VisionTransformer.Create(config, (long)Luck.Child("restore").Bits);
        foreach ((string name, Tensor gets) in model.Layers[1].StateDictionary())
        {
            Tensor own = Of(before, 1)[name], one = Of(before, 0)[name], other = Of(before, 2)[name];
            Tensor expected = restore switch
            {
                RestoreKind.Checkpoint => own,
                RestoreKind.Neighbours => (one + other) / 2,
                RestoreKind.Copy => one,
                RestoreKind.Zero or RestoreKind.None => zeros_like(own),
                RestoreKind.Random => fresh.Layers[1].StateDictionary()[name],
                _ => gets, // by the norms of a step that is over: below
            };
            gets.allclose(expected, 1e-5, 1e-7).ShouldBeTrue(name);
            if (restore == RestoreKind.NeighboursWeighted)
            {
                norms.ShouldAllBe(norm => norm > 0);
                double least = one.minimum(other).sub(gets).max().item<float>(), most = gets.sub(one.maximum(other)).max().item<float>();
                Math.Max(least, most).ShouldBeLessThan(1e-6, "between the neighbours");
                gets.allclose((one + other) / 2, 1e-5, 1e-7).ShouldBeFalse("not the plain mean");
            }
        }
    }

    [Theory]
    [InlineData(RestoreKind.Checkpoint)]
    [InlineData(RestoreKind.NeighboursWeighted)]
    public void Stopped_before_and_after_a_loss_it_ends_with_the_same_bytes(RestoreKind restore)
    {
        var options = new TrainingOptions { Epochs = 2, BatchSize = 8, LearningRate = 5e-3, CheckpointSteps = 2 };
        TrialSpec spec = Losing(restore, loss: 0.3);
        MetTraining met = Rehearse(spec, Outline(2, ModelVariant.LayerShuffle, options));
        met.Changes.ShouldNotBeEmpty();
        met.Steps.ShouldContain(step => step.Missed.Length > 0);
        (IReadOnlyList<TrainingRecord> records, byte[] weights, IReadOnlyList<double> losses) = Train(options, met);
        Rehearse(spec, met.Outline).Words().ShouldBe(met.Words());
        records[^1].LayersSkipped.ShouldNotBe(0);
        int lost = met.Changes[0].Step;
        foreach (int step in new[] { lost - 1, lost, lost + 1, 7 }) // at 2, 4, 5, 6 and 8 a checkpoint is due
        {
            using var folder = new TemporaryFolder();
            using var stop = new CancellationTokenSource();
            int last = step;
            Should.Throw<OperationCanceledException>(() => Train(options, met, folder.Path, done =>
            {
                if (done == last)
                    stop.Cancel();
            }, stop.Token));
            (IReadOnlyList<TrainingRecord> resumed, byte[] same, IReadOnlyList<double> again) = Train(options, met, folder.Path, weightSeed: 99);
            resumed.ShouldBe(records, $"stopped after step {step}");
            same.SequenceEqual(weights).ShouldBeTrue($"stopped after step {step}");
            again.ShouldBe(losses);
        }
    }

    [Fact]
    public void With_accumulation_a_step_goes_without_a_layer_as_a_whole()
    {
        var options = new TrainingOptions { Epochs = 2, BatchSize = 8, Accumulation = 2, MicroBatches = 2 };
        MetTraining met = Rehearse(Losing(RestoreKind.Zero, loss: 0.4), Outline(2, ModelVariant.LayerShuffle, options));
        met.Steps.ShouldContain(step => step.Missed.Length > 0 && step.Missed.Length < ModelLayers);
        Train(options, met).Records[^1].LayersSkipped.ShouldNotBe(0);
    }

    public void Dispose() => system.Dispose();

    private static IReadOnlyDictionary<string, Tensor> Of(VisionTransformer model, int layer) => model.Layers[layer].StateDictionary();

    private static SeedTree Luck => SeedTree.Root(11);

    private TrainingOutline Outline(int epochs = 1, ModelVariant variant = ModelVariant.LayerShuffle, TrainingOptions? options = null) =>
        new(config with { Variant = variant }, (options ?? new TrainingOptions { BatchSize = 8 }) with { Epochs = epochs }, Images, Luck);

    /// <summary>A node for each layer, 5 ms from one to another.</summary>
    private static TrialSpec Cluster(double loss) =>
        Spec(Link(5, loss), new RoutingSpec { Timeout = Ms(20) }, requests: 1, nodes: ModelLayers, deadlineMs: 10_000, trace: 0);

    /// <summary>node-2 (layer 1) loses its weights in the third step.</summary>
    private TrialSpec Losing(RestoreKind restore, double loss = 0)
    {
        TrialSpec spec = Cluster(loss);
        return spec with
        {
            LayerBytes = config.LayerBytes,
            Routing = spec.Routing with { Retries = 0 },
            Cluster = spec.Cluster with { Restore = restore },
            Faults = [new CrashFault("loses", Ms(90), NodeSelector.Of("node-2"), Ms(20)) { LosesWeights = true }],
        };
    }

    private MetTraining Rehearse(TrialSpec spec, TrainingOutline outline) => new TrainingRehearsal(system).Run(spec, outline);

    private (IReadOnlyList<TrainingRecord> Records, byte[] Weights, IReadOnlyList<double> Losses) Train(TrainingOptions options, MetTraining met,
        string? checkpoints = null, Action<int>? stepDone = null, CancellationToken cancellation = default, long weightSeed = 5)
    {
        using VisionTransformer model = VisionTransformer.Create(config, weightSeed);
        var memory = new TrainingMemory();
        IReadOnlyList<TrainingRecord> records = Train(model, options, met, memory, checkpoints, stepDone, cancellation);
        return (records, model.Bytes(), memory.Losses);
    }

    private IReadOnlyList<TrainingRecord> Train(VisionTransformer model, TrainingOptions options, MetTraining met, TrainingMemory memory,
        string? checkpoints = null, Action<int>? stepDone = null, CancellationToken cancellation = default)
    {
        (Tensor pixels, Tensor labels) = TinyModels.Images(config, Images);
        using (pixels)
        using (labels)
        {
            var set = new ImageSet(pixels, labels);
            var job = new TrainingJob("model", 0, model, options, set, set, Luck, checkpoints) { Met = met, Memory = memory };
            return new VirtualTrainer(system).Train(job, null, (done, _) => stepDone?.Invoke(done), cancellation);
        }
    }
}
