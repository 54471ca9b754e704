using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Vision.Model;
using static LayerShuffle.Cluster.Tests.Training.LocalTrainingCluster;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Training;

/// <summary>Training over hosts that run at once, and die.</summary>
[Collection(AloneCollection.Name)]
public class ClusterTrainerTests
{
    private static readonly bool Long = LongTests.AreWanted;
    private static readonly Type[] Kinds = [typeof(TrainForward), typeof(TrainBackward), typeof(PrepareStep), typeof(CommitStep)];
    private static readonly VitConfig FourLayers = TinyModels.Config(layers: 4), FiveLayers = TinyModels.Config(ModelVariant.LayerShufflePredict, layers: 5);
    private static readonly TrainingOptions TwoEpochs = new() { Epochs = 2, BatchSize = 16, MicroBatches = 2 }; // of 4 steps
    private static readonly TrainingOptions ThreeEpochs = new() { Epochs = 3, BatchSize = 16, MicroBatches = 2 };

    /// <summary>Trainings that nothing disturbs: whatever happens to the others, they are to end like them. Checkpoints change nothing of them.</summary>
    private static readonly Lazy<Task<(IReadOnlyList<TrainingRecord> Records, byte[] Weights)>> TwoUndisturbed =
        new(() => ClusterTrainingBench.VirtuallyAsync(FourLayers, TwoEpochs)),
        ThreeUndisturbed = new(() => ClusterTrainingBench.VirtuallyAsync(FiveLayers, ThreeEpochs));

    /// <summary>Seeds of twenty kills each.</summary>
    public static TheoryData<long> Seeds => Long ? [1, 2, 3] : [1];

    public static TheoryData<ModelVariant> Variants => [.. Enum.GetValues<ModelVariant>()];

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Undisturbed_it_is_the_training_on_the_virtual_clock_step_by_step(ModelVariant variant)
    {
        // An epoch is a step, so that every step's loss has a record.
        await using var bench = new ClusterTrainingBench(TinyModels.Config(variant, layers: 5),
            new TrainingOptions { Epochs = 4, BatchSize = 16, MicroBatches = 3 }, images: 16);
        (IReadOnlyList<TrainingRecord> expected, byte[] weights) = bench.TrainVirtually();
        (IReadOnlyList<TrainingRecord> records, byte[] same) = await bench.TrainAsync();
        records.ShouldBe(expected);
        same.SequenceEqual(weights).ShouldBeTrue();
        bench.Log.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(3, 7)]
    [InlineData(1, 5)]
    [InlineData(0, 6)]
    public async Task Interrupted_within_an_epoch_and_resumed_it_ends_as_if_it_had_not_been(int checkpointSteps, int stopAfter)
    {
        (IReadOnlyList<TrainingRecord> expected, byte[] weights) = await ThreeUndisturbed.Value;
        foreach (bool virtually in new[] { true, false })
        {
            await using var bench = new ClusterTrainingBench(FiveLayers, ThreeEpochs with { CheckpointSteps = checkpointSteps });
            using var folder = new TemporaryFolder();
            using var cancellation = new CancellationTokenSource();
            Action<int, int> stop = (done, total) =>
            {
                if (done == stopAfter)
                    cancellation.Cancel();
            };
            await Should.ThrowAsync<OperationCanceledException>(async () => _ = virtually
                ? bench.TrainVirtually(folder.Path, stop, cancellation.Token)
                : await bench.TrainAsync(folder.Path, stop, cancellation.Token));
            // the last, and the one before it where there was one; in this process that of the moment when it was stopped is the last
            Directory.GetDirectories(folder.Path).Length.ShouldBe(virtually || checkpointSteps > 0 ? 2 : 1);

            int first = 0;
            Action<int, int> note = (done, total) => first = first == 0 ? done : first;
            (IReadOnlyList<TrainingRecord> records, byte[] same) = virtually
                ? bench.TrainVirtually(folder.Path, note, weightSeed: 99)
                : await bench.TrainAsync(folder.Path, note, weightSeed: 99);
            int kept = virtually ? stopAfter
                : Math.Max(checkpointSteps == 0 ? 0 : stopAfter / checkpointSteps * checkpointSteps, stopAfter / 4 * 4);
            first.ShouldBe(kept + 1);
            records.ShouldBe(expected);
            same.SequenceEqual(weights).ShouldBeTrue();
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Hosts_killed_twenty_times_cost_no_more_than_the_steps_since_the_checkpoint(long seed)
    {
        const int kills = 20;
        const long Managed = 240_000_000;
        VitConfig config = TinyModels.Config(ModelVariant.LayerShufflePosition, layers: 6);
        var options = new TrainingOptions { Epochs = 10, BatchSize = 16, MicroBatches = 4, LearningRate = 5e-3, CheckpointSteps = 3 };
        long perLayer = LeftByALayer(config);
        for (int round = 0; round < (Long ? 4 : 1); round++)
        {
            long before = TensorChecks.Settled(), made;
            GC.TryStartNoGCRegion(Managed).ShouldBeTrue(); // the collector would free what was forgotten, and hide it
            using var folder = new TemporaryFolder();
            await using (var bench = new ClusterTrainingBench(config, options))
            {
                KillPlan plan = KillPlan.Draw(SeedTree.Root(seed).Child(round), kills, bench.TotalSteps, config.NumHiddenLayers);
                bench.Cluster.Judge = plan.Judge;
                (IReadOnlyList<TrainingRecord> records, byte[] weights) = await bench.TrainAsync(folder.Path);

                plan.Fired.ShouldBe(kills);
                records.Count.ShouldBe(options.Epochs);
                records[^1].Step.ShouldBe(bench.TotalSteps);
                records[^1].Loss.ShouldBeLessThan(0.8 * records[0].Loss);
                (long[] steps, byte[] saved) = bench.Read(folder.Path);
                saved.SequenceEqual(weights).ShouldBeTrue();
                // Every step was applied once by all who were there, and never by a layer that was restored from before it.
                for (int layer = 0; layer < config.NumHiddenLayers; layer++)
                {
                    // Restored twice from one checkpoint: the second time takes back what the first did.
                    int missed = bench.Restorations.Where(r => r.Layer == layer).GroupBy(r => r.StateStep).Sum(same => same.Max(r => r.Age));
                    steps[layer].ShouldBe(bench.TotalSteps - missed, $"layer {layer}");
                }

                steps[^1].ShouldBe(bench.TotalSteps);
                bench.Restorations.ShouldAllBe(r => r.Hosted && r.Age >= 0 && r.Age <= options.CheckpointSteps);
                bench.Restorations.ShouldContain(r => r.Age > 0);
                made = 6 + bench.Restorations.Count + 2 * 8; // layers of hosts, and of two models with their embeddings and heads
                bench.Log.ShouldContain(line => line.Contains("is hosted again", StringComparison.Ordinal));
            }

            long left = Tensor.TotalCount - before;
            System.Runtime.GCSettings.LatencyMode.ShouldBe(System.Runtime.GCLatencyMode.NoGCRegion,
                "the training needed more managed memory than the test set aside");
            GC.EndNoGCRegion();
            left.ShouldBeLessThanOrEqualTo(made * perLayer, $"round {round}");
        }
    }

    [Fact]
    public async Task A_host_that_stays_away_is_left_out_and_keeps_the_weights_of_the_checkpoint()
    {
        VitConfig config = TinyModels.Config(layers: 6);
        var options = new TrainingOptions { Epochs = 6, BatchSize = 16, MicroBatches = 2, LearningRate = 5e-3 };
        using var folder = new TemporaryFolder();
        await using var bench = new ClusterTrainingBench(config, options);
        bool killed = false;
        bench.Cluster.ComesBack = host => host != 1;
        bench.Cluster.Judge = (layer, message) =>
        {
            if (killed || layer != 5 || message is not TrainBackward { Step: 6 })
                return Verdict.Deliver;
            killed = true;
            return Verdict.KillInstead;
        };
        (IReadOnlyList<TrainingRecord> records, _) = await bench.TrainAsync(folder.Path);
        records.Count.ShouldBe(6);
        records[^1].Loss.ShouldBeLessThan(0.8 * records[0].Loss);
        bench.Read(folder.Path).Steps.ShouldBe([24, 4, 24, 24, 24, 4, 24]); // host 1 has layers 1 and 5; the checkpoint was after step 4
        bench.Restorations.Where(r => r.Step == 6).ShouldBe([new LayerRestoration(1, 6, 4, false), new LayerRestoration(5, 6, 4, false)]);
        bench.Restorations.ShouldAllBe(r => !r.Hosted && (r.Layer == 1 || r.Layer == 5));
        bench.Log.ShouldContain("Layer 5 was lost and stays away: its weights are those after step 4, 2 steps behind the others at step 6, and the training "
            + "goes on without it.");
    }

    [Fact]
    public async Task A_host_that_comes_back_later_takes_part_again()
    {
        VitConfig config = TinyModels.Config(layers: 4);
        var options = new TrainingOptions { Epochs = 4, BatchSize = 16 };
        using var folder = new TemporaryFolder();
        await using var bench = new ClusterTrainingBench(config, options);
        bool killed = false;
        int asked = 0;
        bench.Cluster.ComesBack = _ => asked++ > 0;
        bench.Cluster.Judge = (layer, message) =>
        {
            if (killed || layer != 2 || message is not TrainForward { Step: 5 })
                return Verdict.Deliver;
            killed = true;
            return Verdict.KillInstead;
        };
        await bench.TrainAsync(folder.Path);
        bench.Restorations.ShouldBe([new LayerRestoration(2, 5, 4, false), new LayerRestoration(2, 8, 4, true)]); // asked for again after the epoch
        bench.Read(folder.Path).Steps.ShouldBe([16, 16, 12, 16, 16]);
    }

    [Fact]
    public async Task A_host_that_dies_while_a_checkpoint_is_made_is_in_that_checkpoint_all_the_same()
    {
        VitConfig config = TinyModels.Config(layers: 4);
        using var folder = new TemporaryFolder();
        await using var bench = new ClusterTrainingBench(config, new TrainingOptions { Epochs = 2, BatchSize = 16 });
        int step = 0, killed = 0;
        bench.Cluster.Judge = (layer, message) =>
        {
            if (message is TrainForward forward)
                Volatile.Write(ref step, forward.Step);
            bool dies = layer == 2 && (killed == 0 ? message is ExportState && Volatile.Read(ref step) == 3 : killed == 1
                && message is TrainForward { Step: 6 });
            killed += dies ? 1 : 0;
            return dies ? Verdict.KillInstead : Verdict.Deliver;
        };
        await bench.TrainAsync(folder.Path);
        bench.Restorations.ShouldBe([new LayerRestoration(2, 4, 0, true), new LayerRestoration(2, 6, 4, true)]);
        bench.Read(folder.Path).Steps.ShouldBe([8, 8, 2, 8, 8]);
    }

    [Fact]
    public async Task When_all_hosts_stay_away_the_training_ends_and_says_so()
    {
        await using var bench = new ClusterTrainingBench(TinyModels.Config(layers: 4), new TrainingOptions { Epochs = 2, BatchSize = 16 });
        bench.Cluster.ComesBack = _ => false;
        bench.Cluster.Judge = (_, message) => message is TrainForward { Step: 2 } ? Verdict.KillInstead : Verdict.Deliver;
        (await Should.ThrowAsync<TrainingInterruptedException>(() => bench.TrainAsync())).Message.ShouldContain("no layer is hosted any more");
    }

    [Theory]
    [InlineData(typeof(TrainForward))]
    [InlineData(typeof(TrainBackward))]
    [InlineData(typeof(PrepareStep))]
    [InlineData(typeof(CommitStep))]
    public async Task A_message_that_is_lost_costs_time_and_nothing_else(Type kind)
    {
        var timeouts = new ClusterTrainerOptions { Threads = 1, StepTimeout = TimeSpan.FromSeconds(1), AnswerTimeout = TimeSpan.FromMinutes(1) };
        await using var bench = new ClusterTrainingBench(FourLayers, TwoEpochs, timeouts: timeouts);
        (IReadOnlyList<TrainingRecord> expected, byte[] weights) = await TwoUndisturbed.Value;
        int swallowed = 0;
        bench.Cluster.Judge = (layer, message) =>
            layer == 3 && message.GetType() == kind && StepOf(message)?.Step == 5 && Interlocked.Exchange(ref swallowed, 1) == 0 ? Verdict.Swallow
                : Verdict.Deliver;
        (IReadOnlyList<TrainingRecord> records, byte[] same) = await bench.TrainAsync();
        swallowed.ShouldBe(1);
        records.ShouldBe(expected);
        same.SequenceEqual(weights).ShouldBeTrue();
        bench.Cluster.Restored.ShouldBe(0);
        bench.Log.ShouldContain("Step 5 takes longer than 1 s.");
    }

    [Fact]
    public async Task A_host_that_hangs_counts_as_lost_and_is_replaced()
    {
        var timeouts = new ClusterTrainerOptions { Threads = 1, StepTimeout = TimeSpan.FromSeconds(1), AnswerTimeout = TimeSpan.FromSeconds(1) };
        await using var bench = new ClusterTrainingBench(FourLayers, TwoEpochs, timeouts: timeouts);
        bool hangs = false;
        bench.Cluster.Judge = (layer, message) =>
        {
            if (layer != 3 || bench.Cluster.Restored > 0)
                return Verdict.Deliver;
            hangs |= message is TrainBackward { Step: 3 };
            return hangs ? Verdict.Swallow : Verdict.Deliver;
        };
        (await bench.TrainAsync()).Records.Count.ShouldBe(2);
        bench.Restorations.ShouldBe([new LayerRestoration(3, 3, 0, true)]);
    }

    /// <summary>TorchSharp counts every parameter ever made once too often, until the garbage collector has seen it.</summary>
    private static long LeftByALayer(VitConfig config)
    {
        long before = TensorChecks.Settled();
        new EncoderLayer(config).Dispose();
        return Tensor.TotalCount - before;
    }

    internal static (int Step, int Attempt)? StepOf(object message) => message switch
    {
        TrainForward m => (m.Step, m.Attempt),
        TrainBackward m => (m.Step, m.Attempt),
        PrepareStep m => (m.Step, m.Attempt),
        CommitStep m => (m.Step, m.Attempt),
        _ => null,
    };

    /// <summary>Kills at drawn steps, each at a drawn kind of message to a drawn layer; the second kill of a step strikes its second attempt.</summary>
    private sealed class KillPlan(List<KillPlan.Kill> kills)
    {
        private readonly Lock gate = new();

        public int Fired { get; private set; }

        public static KillPlan Draw(SeedTree luck, int kills, int steps, int layers)
        {
            RandomStream stream = luck.Stream();
            return new KillPlan([.. Enumerable.Range(0, kills).Select(i =>
                new Kill(stream.Next(steps - kills / 4), Kinds[i % Kinds.Length], stream.Next(layers), Verdict.KillBefore + stream.Next(3)))]);
        }

        public Verdict Judge(int layer, object message)
        {
            if (StepOf(message) is not { } at)
                return Verdict.Deliver;
            lock (gate)
            {
                // A kill at a commit does not make another attempt, so later ones of its step strike in the next step.
                Kill? kill = kills.Find(k => k.Step <= at.Step && k.Kind == message.GetType() && k.Layer == layer);
                if (kill is null)
                    return Verdict.Deliver;
                kills.Remove(kill);
                Fired++;
                return kill.How;
            }
        }

        public sealed record Kill(int Step, Type Kind, int Layer, Verdict How);
    }
}
