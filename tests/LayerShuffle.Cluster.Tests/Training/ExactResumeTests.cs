using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Records;
using TorchSharp;

namespace LayerShuffle.Cluster.Tests.Training;

/// <summary>A training that is stopped at any step, and goes on, ends with the bytes of one that was left alone.</summary>
public sealed class ExactResumeTests
{
    private const int Steps = 9;

    /// <summary>Every other step is the first, the second or the last of an epoch, too.</summary>
    private static readonly int Stride = LongTests.AreWanted ? 1 : 2;

    public ExactResumeTests() => torch.set_num_threads(1);

    public static TheoryData<ModelVariant, bool> Ways => new()
    {
        { ModelVariant.LayerShufflePosition, false }, { ModelVariant.LayerDrop, true },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Stopped_at_any_step_it_ends_with_the_same_bytes(ModelVariant variant, bool descends)
    {
        TrainingOptions options = RecipeBench.Everything with { Optimizer = descends ? OptimizerKind.Sgd : OptimizerKind.AdamW };
        (IReadOnlyList<TrainingRecord> records, byte[] weights) = RecipeBench.Train(options, variant);
        records.Count.ShouldBe(3);
        records[^1].Step.ShouldBe(Steps);
        for (int step = 1; step < Steps; step += Stride)
        {
            using var folder = new TemporaryFolder();
            Stop(options, variant, folder.Path, step);
            (IReadOnlyList<TrainingRecord> resumed, byte[] same) = RecipeBench.Train(options, variant, folder.Path, weightSeed: 99);
            resumed.ShouldBe(records, $"stopped after step {step}");
            same.SequenceEqual(weights).ShouldBeTrue($"stopped after step {step}");
        }
    }

    [Fact]
    public void Stopped_again_and_again_it_does_too()
    {
        using var folder = new TemporaryFolder();
        (IReadOnlyList<TrainingRecord> records, byte[] weights) = RecipeBench.Train(RecipeBench.Everything);
        foreach (int step in new[] { 1, 2, 3, 5, 8 })
            Stop(RecipeBench.Everything, ModelVariant.LayerShuffle, folder.Path, step);
        (IReadOnlyList<TrainingRecord> resumed, byte[] same) = RecipeBench.Train(RecipeBench.Everything, checkpoints: folder.Path, weightSeed: 99);
        resumed.ShouldBe(records);
        same.SequenceEqual(weights).ShouldBeTrue();
        // complete: nothing is left but to load, and that is the same model again
        RecipeBench.Train(RecipeBench.Everything, checkpoints: folder.Path, weightSeed: 98).Weights.SequenceEqual(weights).ShouldBeTrue();
    }

    [Fact]
    public void Whoever_wants_no_checkpoints_gets_none_when_it_is_stopped()
    {
        using var folder = new TemporaryFolder();
        Stop(RecipeBench.Everything with { CheckpointEpochs = 0 }, ModelVariant.LayerShuffle, folder.Path, 2);
        Directory.GetFileSystemEntries(folder.Path).ShouldBeEmpty();
    }

    private static void Stop(TrainingOptions options, ModelVariant variant, string folder, int step)
    {
        using var stop = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(() => RecipeBench.Train(options, variant, folder, stop, step));
    }
}
