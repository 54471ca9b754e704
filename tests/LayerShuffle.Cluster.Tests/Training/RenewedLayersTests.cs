using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Vision.Model;
using static LayerShuffle.Cluster.Tests.Training.LocalTrainingCluster;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Training;

/// <summary>Layers that lose their weights while they are trained, and are made anew without a checkpoint.</summary>
[Collection(AloneCollection.Name)]
public sealed class RenewedLayersTests
{
    private const int Lost = 1, Step = 2; // host 1 of 4 has layers 1 and 5 of 6

    /// <summary>With a learning rate of 0 nothing changes: what a layer gets follows from the weights with which the training began.</summary>
    [Theory]
    [InlineData(RestoreKind.Copy, "copy")]
    [InlineData(RestoreKind.Neighbours, "neighbours")]
    [InlineData(RestoreKind.NeighboursWeighted, "neighbours_weighted")]
    [InlineData(RestoreKind.Zero, "zero")]
    public async Task A_layer_gets_what_the_scenario_says(RestoreKind kind, string word)
    {
        VitConfig config = TinyModels.Config(layers: 6);
        var options = new TrainingOptions { Epochs = 1, BatchSize = 16, LearningRate = 0, WeightDecay = 0 };
        await using var bench = new ClusterTrainingBench(config, options);
        Dictionary<int, byte[]> imported = Kill(bench);
        bench.Cluster.Restore = kind;
        await bench.TrainAsync();
        bench.Restorations.ShouldBe([new LayerRestoration(1, Step, Step, true) { From = word }, new LayerRestoration(5, Step, Step, true) { From = word }]);

        using VisionTransformer began = VisionTransformer.Create(config, 5);
        foreach (int layer in (int[])[1, 5])
        {
            using EncoderLayer got = new(config), none = new(config);
            using PartOptimizer optimizer = PartOptimizer.Of(got, options);
            LayerStateFormat.Read(imported[layer], got, optimizer, "what it got").ShouldBe(Step - 1);
            optimizer.StepCounts.ShouldAllBe(count => count == 0); // its optimizer has seen nothing
            foreach ((string name, Tensor weight) in got.StateDictionary())
            {
                Tensor before = began.Layers[layer - 1].StateDictionary()[name];
                Tensor? after = layer + 1 < config.NumHiddenLayers ? began.Layers[layer + 1].StateDictionary()[name] : null;
                Tensor expected = kind switch
                {
                    RestoreKind.Zero => zeros_like(before),
                    RestoreKind.Copy => before,
                    _ when after is null => before, // the last layer has one neighbour
                    RestoreKind.Neighbours => (before + after) / 2,
                    _ => before + (Share(weight, before, after) * (after - before)),
                };
                allclose(weight, expected, rtol: 1e-4, atol: 1e-6).ShouldBeTrue($"{word}, layer {layer}, {name}");
            }
        }
    }

    [Fact]
    public async Task Gradients_weigh_the_neighbours_by_their_squared_norms()
    {
        VitConfig config = TinyModels.Config(layers: 6);
        var options = new TrainingOptions { Epochs = 1, BatchSize = 16, LearningRate = 0, WeightDecay = 0 };
        await using var bench = new ClusterTrainingBench(config, options);
        Dictionary<int, byte[]> imported = Kill(bench);
        bench.Cluster.Restore = RestoreKind.NeighboursWeighted;
        await bench.TrainAsync();
        using VisionTransformer began = VisionTransformer.Create(config, 5);
        using EncoderLayer got = new(config);
        using PartOptimizer optimizer = PartOptimizer.Of(got, options);
        LayerStateFormat.Read(imported[1], got, optimizer, "what it got");
        double[] shares = [.. got.StateDictionary().Where(entry => entry.Value.dim() > 1).Select(entry => Share(entry.Value,
            began.Layers[0].StateDictionary()[entry.Key], began.Layers[2].StateDictionary()[entry.Key]))];
        shares.ShouldAllBe(share => share > 0 && share < 1 && Math.Abs(share - shares[0]) < 1e-3); // one weight for all of a layer
        Math.Abs(shares[0] - 0.5).ShouldBeGreaterThan(1e-4);
    }

    [Fact]
    public async Task Where_nothing_restores_it_the_training_goes_on_without_it_for_good()
    {
        VitConfig config = TinyModels.Config(layers: 6);
        using var folder = new TemporaryFolder();
        await using var bench = new ClusterTrainingBench(config, new TrainingOptions { Epochs = 3, BatchSize = 16 });
        Kill(bench);
        bench.Cluster.Restore = RestoreKind.None;
        (await bench.TrainAsync(folder.Path)).Records.Count.ShouldBe(3);
        bench.Read(folder.Path).Steps.ShouldBe([12, 0, 12, 12, 12, 0, 12]);
        bench.Restorations.ShouldBe([new LayerRestoration(1, Step, 0, false) { From = "none" }, new LayerRestoration(5, Step, 0, false) { From = "none" }]);
        bench.Log.ShouldContain("Layer 5 was lost with its weights at step 2 and stays away, as nothing restores them (none).");
    }

    /// <summary>Has the host of a layer die within a step, and notes the states that its layers are given then.</summary>
    private static Dictionary<int, byte[]> Kill(ClusterTrainingBench bench)
    {
        Dictionary<int, byte[]> imported = [];
        bool killed = false;
        bench.Cluster.Judge = (layer, message) =>
        {
            lock (imported)
            {
                if (message is ImportState state && killed)
                    imported[state.Layer] = state.Bytes;
                if (killed || layer != Lost || message is not TrainBackward { Step: Step })
                    return Verdict.Deliver;
                killed = true;
                return Verdict.KillInstead;
            }
        };
        return imported;
    }

    /// <summary>How far a weight lies from one to another, by least squares.</summary>
    private static double Share(Tensor weight, Tensor from, Tensor to)
    {
        Tensor way = to - from;
        double length = way.square().sum().item<float>();
        return length == 0 ? 0 : ((weight - from) * way).sum().item<float>() / length;
    }
}
