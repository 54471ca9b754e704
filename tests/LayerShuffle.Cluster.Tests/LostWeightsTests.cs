using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static LayerShuffle.Cluster.Tests.TrialBuilder;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

/// <summary>What a layer gets whose weights are gone, when it has it, and what becomes of requests meanwhile.</summary>
public sealed class LostWeightsTests : IDisposable
{
    private const int Images = 40, ModelLayers = 4;
    private readonly VirtualActorSystem system = new();
    private readonly VitConfig config = TinyModels.Config(layers: ModelLayers);
    private readonly VisionTransformer model;
    private readonly Tensor pixels, labels;

    public LostWeightsTests()
    {
        set_num_threads(1);
        model = TinyModels.Random(config);
        (pixels, labels) = TinyModels.Images(config, Images);
    }

    [Theory]
    [InlineData(RestoreKind.Checkpoint)]
    [InlineData(RestoreKind.Neighbours)]
    [InlineData(RestoreKind.Copy)]
    [InlineData(RestoreKind.Zero)]
    public void A_layer_gets_what_restore_says(RestoreKind restore)
    {
        // node-2 hosts layer 1 alone. It crashes before the first request and is back after 10 ms; what it is sent is sent again after 60.
        TrialRecord trial = Run(Spec(restore, nodes: ModelLayers));
        using DisposeScope scope = NewDisposeScope();
        EncoderLayer zero = model.Layers[1], before = model.Layers[0], after = model.Layers[2];
        using EncoderLayer mean = Mixed(before, after, 0.5), none = Mixed(before, before, 0, 0);
        EncoderLayer gets = restore switch
        {
            RestoreKind.Checkpoint => zero,
            RestoreKind.Neighbours => mean,
            RestoreKind.Copy => before,
            _ => none,
        };
        bool[] right = Right(layer => layer == 1 ? gets : model.Layers[layer]);
        foreach (RequestRecord request in trial.Requests)
        {
            request.Order!.ShouldBe([0, 1, 2, 3]);
            request.Correct.ShouldBe(right[request.FirstImage] ? 1 : 0);
        }

        string word = restore.ToString().ToLowerInvariant();
        trial.Ledger.Where(row => row.Kind == "placement").Select(row => row.Effect).ShouldBe(["lost layer 1", $"restored layer 1 ({word})"]);
    }

    [Fact]
    public void Weights_of_neighbours_count_by_their_gradients()
    {
        TrialRecord trial = Run(Spec(RestoreKind.NeighboursWeighted, nodes: ModelLayers));
        IReadOnlyList<double> norms = GradientNorms.Squared(model, new ImageSet(pixels, labels));
        norms.ShouldAllBe(norm => norm > 0 && double.IsFinite(norm));
        using EncoderLayer mixed = Mixed(model.Layers[0], model.Layers[2], norms[0] / (norms[0] + norms[2]));
        bool[] right = Right(layer => layer == 1 ? mixed : model.Layers[layer]);
        trial.Requests.ShouldAllBe(request => request.Correct == (right[request.FirstImage] ? 1 : 0));
        foreach (Tensor? gradient in model.Layers[0].Gradients().Values)
            (gradient is null || gradient.abs().sum().item<float>() == 0).ShouldBeTrue("the model is left as it was");
    }

    [Fact]
    public void Random_weights_come_from_the_seed()
    {
        TrialRecord first = Run(Spec(RestoreKind.Random, nodes: ModelLayers)), second = Run(Spec(RestoreKind.Random, nodes: ModelLayers));
        second.Requests.Select(request => request.Correct).ShouldBe(first.Requests.Select(request => request.Correct));
        first.Ledger.ShouldContain(row => row.Effect == "restored layer 1 (random)");
    }

    [Fact]
    public void Neighbours_that_are_gone_too_are_passed_over()
    {
        // node-1 hosts 0 and 1, node-2 hosts 2 and 3: without 0 and 1, both get what layer 2 has.
        TrialRecord trial = Run(Spec(RestoreKind.Neighbours, nodes: 2, struck: "node-1") with { });
        bool[] right = Right(layer => layer < 2 ? model.Layers[2] : model.Layers[layer]);
        trial.Requests.ShouldAllBe(request => request.Correct == (right[request.FirstImage] ? 1 : 0));
        trial.Ledger.Select(row => row.Effect).ShouldContain("restored layers 0 1 (neighbours)");
    }

    [Fact]
    public void Without_any_weights_left_there_is_nothing_to_average()
    {
        TrialRecord trial = Run(Spec(RestoreKind.Neighbours, nodes: 1, struck: "node-1"));
        trial.Requests.ShouldAllBe(request => request.Order!.Count == 0 && request.Skipped!.Count == ModelLayers);
        trial.Ledger.Where(row => row.Kind == "placement").Select(row => row.Effect).ShouldBe(["lost layers 0 1 2 3"]);
    }

    [Fact]
    public void With_none_the_layer_stays_away()
    {
        TrialRecord trial = Run(Spec(RestoreKind.None, nodes: ModelLayers));
        trial.Requests.ShouldAllBe(request => request.Order!.SequenceEqual(new[] { 0, 2, 3 }) && request.Skipped!.SequenceEqual(new[] { 1 }));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 1)]
    [InlineData(1, 4)]
    public void The_checkpoint_takes_latency_and_size_by_bandwidth_from_the_coordinator(int nodes, int layers)
    {
        const double Bandwidth = 1e6;
        TrialSpec spec = Spec(RestoreKind.Checkpoint, nodes, struck: $"node-{nodes}") with { };
        layers = ModelLayers / nodes;
        spec = spec with { Network = spec.Network with { Default = spec.Network.Default with { BandwidthBytesPerSecond = Bandwidth } } };
        TrialRecord trial = TrialBuilder.Runner(system).Run(spec, new SizesOnlyModel(ModelLayers, config.Tokens, config.HiddenSize), Images);
        LedgerEntry lost = trial.Ledger.Single(row => row.Effect.StartsWith("lost", StringComparison.Ordinal));
        LedgerEntry back = trial.Ledger.Single(row => row.Effect.StartsWith("restored", StringComparison.Ordinal));
        lost.Time.ShouldBe(Instant.Zero + Ms(10));
        (back.Time - lost.Time).ShouldBe(Ms(5) + Duration.FromSeconds(layers * config.LayerBytes / Bandwidth));
    }

    [Fact]
    public void Weights_that_are_kept_are_there_at_once()
    {
        TrialSpec spec = Spec(RestoreKind.Zero, nodes: ModelLayers);
        TrialRecord trial = Run(spec with { Faults = [spec.Faults[0] with { LosesWeights = false }] });
        trial.Ledger.ShouldAllBe(row => row.Kind == "crash");
    }

    [Fact]
    public void A_node_that_crashes_again_before_it_has_them_begins_anew()
    {
        TrialSpec spec = Spec(RestoreKind.Checkpoint, nodes: ModelLayers);
        spec = spec with
        {
            // 8,896 bytes at 100 KB/s are 89 ms: the second crash comes before.
            Network = spec.Network with { Default = spec.Network.Default with { BandwidthBytesPerSecond = 1e5 } },
            Faults = [.. spec.Faults, new CrashFault("again", Ms(50), NodeSelector.Of("node-2"), Ms(10))],
        };
        TrialRecord trial = Run(spec);
        trial.Ledger.Count(row => row.Effect == "lost layer 1").ShouldBe(2);
        trial.Ledger.Single(row => row.Effect.StartsWith("restored", StringComparison.Ordinal)).Time
            .ShouldBe(Instant.Zero + Ms(60) + Ms(5) + Duration.FromSeconds(config.LayerBytes / 1e5));
    }

    [Fact]
    public void Survivors_keep_what_they_have_taken_over_until_the_weights_are_back()
    {
        TrialSpec spec = Spec(RestoreKind.None, nodes: ModelLayers);
        spec = spec with { Cluster = spec.Cluster with { Recovery = RecoveryKind.Rehost, RecoveryTime = Ms(1) } };
        TrialRecord trial = Run(spec);
        trial.Requests.Skip(1).ShouldAllBe(request => request.Skipped!.Count == 0);
    }

    [Fact]
    public void A_node_that_lacks_the_next_layer_itself_passes_it_over_at_once()
    {
        // node-1 is back before anybody took its layers over, and never gets them again; then node-2 dies, and node-1 hosts what it had.
        TrialSpec spec = Spec(RestoreKind.None, nodes: 2, struck: "node-1");
        spec = spec with
        {
            Cluster = spec.Cluster with { Placement = PlacementSpec.RoundRobin, Recovery = RecoveryKind.Rehost, RecoveryTime = Ms(20) },
            Faults = [.. spec.Faults, new CrashFault("for-good", Ms(15), NodeSelector.Of("node-2"), null)],
        };
        TrialRecord trial = Run(spec);
        RequestRecord last = trial.Requests[^1];
        last.Order!.ShouldBe([1, 3]);
        last.Skipped!.ShouldBe([0, 2]);
        trial.Hops.Where(hop => hop.Request == last.Request && hop.Layer == 2).ShouldBeEmpty("it is not sent to itself");
        new BookChecker(spec, trial, 4L * config.Tokens * config.HiddenSize).Check();
    }

    public void Dispose()
    {
        system.Dispose();
        model.Dispose();
        pixels.Dispose();
        labels.Dispose();
    }

    private TrialSpec Spec(RestoreKind restore, int nodes, string struck = "node-2")
    {
        TrialSpec spec = TrialBuilder.Spec(Link(5), new RoutingSpec { Timeout = Ms(60) }, requests: Images, nodes: nodes,
            faults: [new CrashFault("loses", Ms(0), NodeSelector.Of(struck), Ms(10)) { LosesWeights = true }]);
        return spec with
        {
            LayerBytes = config.LayerBytes,
            Cluster = spec.Cluster with { Restore = restore, Placement = new PlacementSpec(PlacementKind.Blocks, null) },
        };
    }

    private TrialRecord Run(TrialSpec spec) =>
        TrialBuilder.Runner(system).Run((TrialSpec)Serialization.WireCopy.Of(spec), new TensorTrialModel(model, new ImageSet(pixels, labels)), Images);

    /// <summary>A layer with a share of one's weights and the rest of another's.</summary>
    private EncoderLayer Mixed(EncoderLayer one, EncoderLayer other, double share, double? rest = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        IReadOnlyDictionary<string, Tensor> a = one.StateDictionary(), b = other.StateDictionary();
        var mixed = new EncoderLayer(config);
        mixed.LoadState(a.ToDictionary(entry => entry.Key, entry => (entry.Value * share) + (b[entry.Key] * (rest ?? (1 - share)))), "mixed");
        mixed.eval();
        return mixed;
    }

    private bool[] Right(Func<int, EncoderLayer> layers)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor h = model.Embeddings.Forward(pixels);                                // [images, tokens, hidden]
        for (int i = 0; i < ModelLayers; i++)
            h = layers(i).Forward(h, null);
        return [.. model.Head.Forward(h).argmax(1).eq(labels).data<bool>()];
    }
}
