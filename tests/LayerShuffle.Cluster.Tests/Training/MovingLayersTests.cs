using CsCheck;
using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Records;
using static LayerShuffle.Cluster.Tests.Training.LocalTrainingCluster;

namespace LayerShuffle.Cluster.Tests.Training;

/// <summary>Layers that move between hosts while a training runs.</summary>
[Collection(AloneCollection.Name)]
public class MovingLayersTests
{
    private const int Layers = 6, Hosts = ClusterTrainingBench.Hosts;
    private static readonly int Samples = LongTests.AreWanted ? 40 : 4;
    private static readonly VitConfig Config = TinyModels.Config(ModelVariant.LayerShufflePredict, layers: Layers);
    private static readonly VitConfig ThreeLayers = TinyModels.Config(ModelVariant.LayerShufflePredict, layers: 3); // host 3 has none
    // 4 steps an epoch
    private static readonly TrainingOptions Options = new() { Epochs = 3, BatchSize = 16, MicroBatches = 2, LearningRate = 5e-3, CheckpointSteps = 3 };

    /// <summary>The training that one is held against whose new host dies.</summary>
    private static readonly Lazy<Task<(IReadOnlyList<TrainingRecord> Records, byte[] Weights)>> Undisturbed =
        new(() => ClusterTrainingBench.VirtuallyAsync(ThreeLayers, Options));

    /// <summary>Any layers to any hosts after any steps.</summary>
    private static readonly Gen<(int Step, int Layer, int Host)[]> Moves =
        Gen.Select(Gen.Int[1, 11], Gen.Int[0, Layers - 1], Gen.Int[0, Hosts - 1]).Array[1, 12];

    [Fact]
    public async Task Whatever_moves_and_whenever_the_training_is_bitwise_the_same()
    {
        (IReadOnlyList<TrainingRecord> expected, byte[] weights) = await ClusterTrainingBench.VirtuallyAsync(Config, Options);
        int moved = 0;
        await Moves.SampleAsync(
            async moves =>
            {
                await using var bench = new ClusterTrainingBench(Config, Options);
                (IReadOnlyList<TrainingRecord> records, byte[] same) =
                    await bench.TrainAsync(stepDone: (done, _) => Want(bench, moves.Where(move => move.Step == done)));
                records.ShouldBe(expected);
                same.SequenceEqual(weights).ShouldBeTrue();
                bench.Restorations.ShouldBeEmpty();
                bench.Log.Count.ShouldBe(moves.DistinctBy(move => (move.Step, move.Layer)).Count());
                bench.Log.ShouldAllBe(line => line.Contains(" has moved from host ", StringComparison.Ordinal));
                moved += bench.Log.Count;
            },
            iter: Samples, threads: 1);
        moved.ShouldBeGreaterThan(Samples);
    }

    [Theory]
    [InlineData(nameof(Verdict.KillBefore))]
    [InlineData(nameof(Verdict.KillInstead))]
    [InlineData(nameof(Verdict.KillAfter))]
    public async Task A_host_that_dies_when_it_is_asked_for_the_state_is_an_ordinary_loss(string how)
    {
        using var folder = new TemporaryFolder();
        await using var bench = new ClusterTrainingBench(Config, Options);
        int killed = 0;
        bench.Cluster.Judge = (layer, message) =>
            message is ExportState && layer == 1 && !bench.Cluster.Wanted.IsEmpty && Interlocked.Exchange(ref killed, 1) == 0 ? Enum.Parse<Verdict>(how)
                : Verdict.Deliver;
        await bench.TrainAsync(folder.Path, (done, _) => Want(bench, done == 5 ? [(5, 1, 2)] : []));
        killed.ShouldBe(1);
        var restored = bench.Restorations.Select(lost => (lost.Layer, lost.Step, lost.Hosted)).ToArray();
        if (restored.Length == 1 && how != nameof(Verdict.KillInstead))
        {
            restored.ShouldBe([(5, 5, true)]); // its word on layer 1 came before its end, so that the layer could move
            bench.Cluster.Layers(2).ShouldContain(1);
        }
        else
        {
            restored.ShouldBe([(1, 5, true), (5, 5, true)]); // host 1 had both
        }

        bench.Restorations.ShouldAllBe(lost => lost.StateStep == 4 || (lost.Layer == 1 && lost.StateStep == 5)); // its word may have come before its end
        ShouldHaveStepped(bench, folder.Path);
    }

    [Fact]
    public async Task A_host_that_dies_while_its_layer_moves_is_an_ordinary_loss_and_the_layer_as_it_was_fetched()
    {
        using var folder = new TemporaryFolder();
        await using var bench = new ClusterTrainingBench(Config, Options);
        bench.Cluster.Moving = _ => bench.Cluster.Kill(1);
        await bench.TrainAsync(folder.Path, (done, _) => Want(bench, done == 5 ? [(5, 1, 2)] : []));
        bench.Restorations.ShouldBe([new LayerRestoration(1, 5, 5, true), new LayerRestoration(5, 5, 4, true)]);
        ShouldHaveStepped(bench, folder.Path);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(nameof(Verdict.KillBefore))]
    [InlineData(nameof(Verdict.KillInstead))]
    [InlineData(nameof(Verdict.KillAfter))]
    public async Task A_new_host_that_dies_costs_nothing_of_what_moved(string? how)
    {
        (IReadOnlyList<TrainingRecord> expected, byte[] weights) = await Undisturbed.Value;
        await using var bench = new ClusterTrainingBench(ThreeLayers, Options);
        int killed = 0, step = 0;
        bench.Cluster.Moving = _ =>
        {
            if (how is null && Interlocked.Exchange(ref killed, 1) == 0)
                bench.Cluster.Kill(3);
        };
        bench.Cluster.Judge = (layer, message) =>
            how is not null && message is ImportState && layer == 1 && Volatile.Read(ref step) == 5 && Interlocked.Exchange(ref killed, 1) == 0
                ? Enum.Parse<Verdict>(how) : Verdict.Deliver;
        (IReadOnlyList<TrainingRecord> records, byte[] same) = await bench.TrainAsync(stepDone: (done, _) =>
        {
            Volatile.Write(ref step, done);
            Want(bench, done == 5 ? [(5, 1, 3)] : []);
        });
        killed.ShouldBe(1);
        bench.Restorations.ShouldAllBe(lost => lost.Layer == 1 && lost.Age == 0 && lost.Hosted);
        records.ShouldBe(expected);
        same.SequenceEqual(weights).ShouldBeTrue();
    }

    private static void Want(ClusterTrainingBench bench, IEnumerable<(int Step, int Layer, int Host)> moves)
    {
        foreach ((_, int layer, int host) in moves)
            bench.Cluster.Wanted[layer] = host;
    }

    /// <summary>Every step was applied once by every layer, but for those that its restorations took back.</summary>
    private static void ShouldHaveStepped(ClusterTrainingBench bench, string folder)
    {
        (long[] steps, _) = bench.Read(folder);
        for (int layer = 0; layer < Layers; layer++)
            steps[layer].ShouldBe(bench.TotalSteps - bench.Restorations.Where(lost => lost.Layer == layer).Sum(lost => lost.Age), $"layer {layer}");
    }
}
