using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

public class VirtualTrainerTests
{
    // Tiny tensors: a second thread only waits at barriers, and for ages where the machine is busy.
    public VirtualTrainerTests() => torch.set_num_threads(1);

    private const int Images = 64;

    private static readonly TrainingOptions Damaged = new() { Epochs = 3, BatchSize = 32 };

    /// <summary>The training that the damaged ones are held against, by whoever asks first; that two are the same is a test of its own.</summary>
    private static readonly Lazy<(IReadOnlyList<TrainingRecord> Records, byte[] Weights)> Undisturbed =
        new(() => Train(TinyModels.Config(), Damaged));

    public static TheoryData<ModelVariant> Variants => [.. Enum.GetValues<ModelVariant>()];

    [Fact]
    public void The_loss_falls_and_the_labels_are_learned()
    {
        (IReadOnlyList<TrainingRecord> records, _) = Train(TinyModels.Config(), new TrainingOptions { Epochs = 8, BatchSize = 16, LearningRate = 5e-3 });
        records.Select(r => r.Epoch).ShouldBe(Enumerable.Range(1, 8));
        records.Select(r => r.Step).ShouldBe(Enumerable.Range(1, 8).Select(epoch => epoch * 4));
        records[^1].Loss.ShouldBeLessThan(0.5 * records[0].Loss);
        records[^1].Top1Sequential!.Value.ShouldBeGreaterThan(0.95);
        records[^1].Top1Arbitrary!.Value.ShouldBeGreaterThan(0.95);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Two_trainings_from_one_seed_are_the_same_and_another_seed_differs(ModelVariant variant)
    {
        VitConfig config = TinyModels.Config(variant);
        var options = new TrainingOptions { Epochs = 2, BatchSize = 32, MicroBatches = 2 };
        (IReadOnlyList<TrainingRecord> records, byte[] weights) = Train(config, options);
        (IReadOnlyList<TrainingRecord> again, byte[] sameWeights) = Train(config, options);
        again.ShouldBe(records);
        sameWeights.SequenceEqual(weights).ShouldBeTrue();
        Train(config, options, luck: 12).Weights.SequenceEqual(weights).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void An_interrupted_training_ends_as_if_it_had_not_been(ModelVariant variant)
    {
        using var folder = new TemporaryFolder();
        VitConfig config = TinyModels.Config(variant);
        var options = new TrainingOptions { Epochs = 3, BatchSize = 32 };
        (IReadOnlyList<TrainingRecord> records, byte[] weights) = Train(config, options);

        using var cancellation = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(() => Train(config, options, folder.Path, _ => cancellation.Cancel(), cancellation.Token));
        Directory.GetDirectories(folder.Path).ShouldHaveSingleItem();
        List<int> epochs = [];
        (IReadOnlyList<TrainingRecord> resumed, byte[] resumedWeights) = Train(config, options, folder.Path, r => epochs.Add(r.Epoch), weightSeed: 99);

        epochs.ShouldBe([2, 3]);
        resumed.ShouldBe(records);
        resumedWeights.SequenceEqual(weights).ShouldBeTrue();
        // A training that is complete has nothing left to do but to load.
        (IReadOnlyList<TrainingRecord> complete, byte[] loaded) =
            Train(config, options, folder.Path, _ => throw new InvalidOperationException(), weightSeed: 98);
        complete.ShouldBe(records);
        loaded.SequenceEqual(weights).ShouldBeTrue();
    }

    [Fact]
    public void A_half_written_checkpoint_is_passed_over()
    {
        using var folder = new TemporaryFolder();
        VitConfig config = TinyModels.Config();
        var options = new TrainingOptions { Epochs = 2, BatchSize = 16 };
        (_, byte[] weights) = Train(config, options);
        using var cancellation = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(() => Train(config, options, folder.Path, _ => cancellation.Cancel(), cancellation.Token));
        string torn = Directory.CreateDirectory(Path.Combine(folder.Path, "checkpoint-2.tmp")).FullName;
        File.WriteAllText(Path.Combine(torn, "training.json"), "[");

        Train(config, options, folder.Path).Weights.SequenceEqual(weights).ShouldBeTrue();
        Checkpoints(folder.Path).ShouldBe(["checkpoint-1", "checkpoint-2"]);
    }

    [Theory]
    [InlineData("model.safetensors", 100)]
    [InlineData("model.safetensors", -1)]
    [InlineData("layer-1.optimizer", 40)]
    [InlineData("coordinator.optimizer", 0)]
    [InlineData("training.json", 0)]
    [InlineData("seal.json", 0)]
    [InlineData("seal.json", 50)]
    [InlineData("layer-0.optimizer", null)]
    [InlineData("seal.json", null)]
    public void A_damaged_checkpoint_costs_the_way_from_an_older_one_or_from_the_start(string file, int? bytes)
    {
        using var folder = new TemporaryFolder();
        VitConfig config = TinyModels.Config();
        TrainingOptions options = Damaged;
        (IReadOnlyList<TrainingRecord> records, byte[] weights) = Undisturbed.Value;
        string older = Path.Combine(folder.Path, "checkpoint-1"), newer = Path.Combine(folder.Path, "checkpoint-2");
        TrainUntilStopped(config, options, folder.Path, record =>
        {
            if (record.Epoch == 2)
                throw new OperationCanceledException();
        });

        Damage(Path.Combine(newer, file), bytes);
        List<int> epochs = [];
        List<string> log = [];
        TrainUntilStopped(config, options, folder.Path, record =>
        {
            epochs.Add(record.Epoch);
            throw new OperationCanceledException();
        }, log.Add);

        epochs.ShouldBe([2]);
        log.ShouldHaveSingleItem().ShouldStartWith($"checkpoint-2 ({file} ");
        log[0].ShouldEndWith("cannot be used; the training goes on from checkpoint-1");
        Checkpoints(folder.Path).ShouldBe(["checkpoint-1", "checkpoint-2"]); // made again

        Damage(Path.Combine(newer, file), bytes);
        Damage(Path.Combine(older, file), bytes);
        epochs.Clear();
        log.Clear();
        (IReadOnlyList<TrainingRecord> again, byte[] same) = Train(config, options, folder.Path, record => epochs.Add(record.Epoch), log: log.Add);
        epochs.ShouldBe([1, 2, 3]);
        log.ShouldHaveSingleItem().ShouldEndWith("cannot be used; the training begins anew");
        again.ShouldBe(records);
        same.SequenceEqual(weights).ShouldBeTrue(); // nothing of the damaged ones was taken over

        static void Damage(string path, int? bytes)
        {
            if (bytes is null)
            {
                File.Delete(path);
                return;
            }

            byte[] whole = File.ReadAllBytes(path);
            if (bytes < 0)
                whole[^2] ^= 1; // one bit of a weight
            File.WriteAllBytes(path, bytes < 0 ? whole : whole[..bytes.Value]);
        }
    }

    [Fact]
    public void A_checkpoint_within_an_epoch_is_named_for_its_place_and_resumed_to_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        VitConfig config = TinyModels.Config();
        var options = new TrainingOptions { Epochs = 2, BatchSize = 16 }; // 4 steps an epoch
        (IReadOnlyList<TrainingRecord> records, byte[] weights) = Train(config, options);
        TrainingOptions saved = options with { CheckpointEpochs = 0, CheckpointSteps = 3 };
        using var cancellation = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(() => Train(config, saved, folder.Path, null, cancellation.Token, stepDone: (done, _) =>
        {
            if (done == 7)
                cancellation.Cancel();
        }));
        Checkpoints(folder.Path).ShouldBe(["checkpoint-1-step-2", "checkpoint-1-step-3"]); // that of step 6, and that of its being stopped
        Directory.Delete(Path.Combine(folder.Path, "checkpoint-1-step-3"), recursive: true); // as if it had been killed

        List<int> steps = [];
        (IReadOnlyList<TrainingRecord> resumed, byte[] same) = Train(config, saved, folder.Path, weightSeed: 99, stepDone: (done, _) => steps.Add(done));
        steps.ShouldBe([7, 8]);
        resumed.ShouldBe(records);
        same.SequenceEqual(weights).ShouldBeTrue();
    }

    private static string?[] Checkpoints(string folder) => [.. Directory.GetDirectories(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)];

    [Fact]
    public void A_loss_that_is_no_number_ends_the_training()
    {
        VitConfig config = TinyModels.Config();
        using VisionTransformer model = TinyModels.Random(config);
        using Tensor pixels = full([Images, 3, 8, 8], float.NaN), labels = zeros(Images, dtype: int64);
        var set = new ImageSet(pixels, labels);
        using var system = new VirtualActorSystem();
        var job = new TrainingJob("model", 0, model, new TrainingOptions(), set, set, SeedTree.Root(1), null);
        Should.Throw<TrainingDivergedException>(() => new VirtualTrainer(system).Train(job)).Message.ShouldContain("step 0");
    }

    [Fact]
    public void A_training_on_a_system_that_has_run_others_is_the_same()
    {
        VitConfig config = TinyModels.Config();
        var options = new TrainingOptions { Epochs = 1, BatchSize = 16 };
        using var system = new VirtualActorSystem();
        var trainer = new VirtualTrainer(system);
        byte[] first = Train(trainer, config, options).Weights;
        Train(trainer, config, options).Weights.SequenceEqual(first).ShouldBeTrue();
    }

    /// <summary>Trains until somebody who is told of an epoch has had enough.</summary>
    private static void TrainUntilStopped(VitConfig config, TrainingOptions options, string checkpoints, Action<TrainingRecord> epochDone,
        Action<string>? log = null) =>
        Should.Throw<OperationCanceledException>(() => Train(config, options, checkpoints, epochDone, log: log));

    private static (IReadOnlyList<TrainingRecord> Records, byte[] Weights) Train(
        VitConfig config, TrainingOptions options, string? checkpoints = null, Action<TrainingRecord>? epochDone = null,
            CancellationToken cancellation = default,
        long weightSeed = 5, long luck = 11, Action<int, int>? stepDone = null, Action<string>? log = null)
    {
        using var system = new VirtualActorSystem();
        return Train(new VirtualTrainer(system, log), config, options, checkpoints, epochDone, cancellation, weightSeed, luck, stepDone);
    }

    private static (IReadOnlyList<TrainingRecord> Records, byte[] Weights) Train(
        VirtualTrainer trainer, VitConfig config, TrainingOptions options, string? checkpoints = null, Action<TrainingRecord>? epochDone = null,
        CancellationToken cancellation = default, long weightSeed = 5, long luck = 11, Action<int, int>? stepDone = null)
    {
        using VisionTransformer model = VisionTransformer.Create(config, weightSeed);
        (Tensor pixels, Tensor labels) = TinyModels.Images(config, Images);
        using (pixels)
        using (labels)
        {
            var set = new ImageSet(pixels, labels);
            var job = new TrainingJob("model", 0, model, options, set, set, SeedTree.Root(luck), checkpoints);
            return (trainer.Train(job, epochDone, stepDone, cancellation), model.Bytes());
        }
    }
}
