using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Vision.Model;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Training;

/// <summary>What people do to train: each by its closed form, or by what it must not change.</summary>
public sealed class RecipeTests
{
    private static readonly TrainingOptions Plain = new() { Epochs = 2, BatchSize = 16, LearningRate = 5e-3 };

    public RecipeTests() => torch.set_num_threads(1);

    [Fact]
    public void Sgd_steps_as_torch_does_bit_by_bit()
    {
        using var scope = NewDisposeScope();
        var options = new TrainingOptions { Optimizer = OptimizerKind.Sgd, Momentum = 0.8, WeightDecay = 0.03, LearningRate = 0.1 };
        Parameter ours = new(linspace(-1, 1, 12)), theirs = new(linspace(-1, 1, 12));
        using var optimizer = new PartOptimizer([ours], options);
        SGD reference = optim.SGD([theirs], 0.1, momentum: 0.8, weight_decay: 0.03);
        for (int i = 0; i < 10; i++)
        {
            double rate = 0.1 / (1 + i);
            ours.grad = (ours.detach() * 0.5f + i).sin();
            theirs.grad = (theirs.detach() * 0.5f + i).sin();
            foreach (var group in reference.ParamGroups)
                group.LearningRate = rate;
            optimizer.Step(1, rate);
            reference.step();
            ours.bytes.SequenceEqual(theirs.bytes).ShouldBeTrue($"step {i}");
        }
    }

    [Fact]
    public void Two_small_batches_a_step_are_one_of_twice_the_size()
    {
        // of a variant whose order is always the same, in an epoch of one step
        TrainingOptions whole = Plain with { Epochs = 1, BatchSize = RecipeBench.Images };
        TrainingOptions halves = whole with { BatchSize = RecipeBench.Images / 2, Accumulation = 2 };
        (IReadOnlyList<TrainingRecord> one, byte[] _) = RecipeBench.Train(whole, ModelVariant.Standard);
        (IReadOnlyList<TrainingRecord> two, byte[] _) = RecipeBench.Train(halves, ModelVariant.Standard);
        two[0].Step.ShouldBe(1);
        two[0].Loss.ShouldBe(one[0].Loss, 1e-6);
    }

    [Fact]
    public void Batches_of_a_step_that_is_accumulated_have_orders_of_their_own_and_the_same_again()
    {
        TrainingOptions options = Plain with { BatchSize = 8, Accumulation = 2 };
        (IReadOnlyList<TrainingRecord> records, byte[] weights) = RecipeBench.Train(options);
        RecipeBench.Train(options).Weights.SequenceEqual(weights).ShouldBeTrue();
        records.Select(record => record.Step).ShouldBe([3, 6]);
        // parts of each batch share its order, and wait for the batch before
        RecipeBench.Train(options with { MicroBatches = 2 }).Records[^1].Loss.ShouldBe(records[^1].Loss, 1e-3);
    }

    [Theory]
    [InlineData(0.8, 0)]
    [InlineData(0, 1)]
    [InlineData(0.2, 1)]
    public void A_mixed_batch_holds_its_images_and_labels_in_the_same_shares(double mixup, double cutmix)
    {
        using var scope = NewDisposeScope();
        Tensor pixels = full([4, 1, 8, 8], 0f), labels = tensor(new long[] { 0, 1, 2, 2 });
        pixels.select(0, 0).fill_(1f); // only the first image is bright
        var options = new TrainingOptions { Mixup = mixup, Cutmix = cutmix };
        for (int i = 0; i < 50; i++)
        {
            (Tensor mixed, Tensor soft) = BatchMixing.Mix(pixels, labels, options, 3, SeedTree.Root(i))!.Value;
            soft.shape.ShouldBe([4, 3]);
            soft.sum(1).data<float>().ToArray().ShouldAllBe(sum => Math.Abs(sum - 1) < 1e-6);
            double share = soft[0, 0].item<float>(); // of the first image in the first
            share.ShouldBeInRange(0, 1);
            mixed.select(0, 0).mean().item<float>().ShouldBe((float)share, 1e-5f);
            mixed.select(0, 3).mean().item<float>().ShouldBe((float)(1 - share), 1e-5f);
            soft[3, 0].item<float>().ShouldBe((float)(1 - share), 1e-6f);
            (Tensor again, Tensor _) = BatchMixing.Mix(pixels, labels, options, 3, SeedTree.Root(i))!.Value;
            again.bytes.SequenceEqual(mixed.bytes).ShouldBeTrue();
        }

        BatchMixing.Mix(pixels, labels, new TrainingOptions(), 3, SeedTree.Root(0)).ShouldBeNull();
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(4)]
    public void Shares_follow_the_beta_distribution(double alpha)
    {
        RandomStream draws = SeedTree.Root(3).Stream();
        double[] shares = [.. Enumerable.Range(0, 20_000).Select(_ => BatchMixing.Beta(draws, alpha))];
        shares.Average().ShouldBe(0.5, 0.01);
        shares.Select(share => (share - 0.5) * (share - 0.5)).Average().ShouldBe(1 / (4 * (2 * alpha + 1)), 0.005); // variance of Beta(α, α)
    }

    [Fact]
    public void The_moving_average_is_what_its_formula_says_and_becomes_the_model()
    {
        VitConfig config = TinyModels.Config();
        using VisionTransformer model = TinyModels.Random(config);
        using var average = new MovingAverage(model, 0.5);
        using Tensor weight = model.parameters().First().detach();
        float first = weight.reshape(-1)[0].item<float>(), expected = first;
        for (int step = 0; step < 4; step++)
        {
            using (no_grad())
                weight.add_(1f);
            average.Add(step);
            float decay = (float)Math.Min(0.5, (1.0 + step) / (10 + step));
            expected = decay * expected + (1 - decay) * (first + step + 1);
        }

        using (average.InPlace())
            weight.reshape(-1)[0].item<float>().ShouldBe(expected, 1e-5f);
        weight.reshape(-1)[0].item<float>().ShouldBe(first + 4);

        byte[] plain = RecipeBench.Train(Plain).Weights, averaged = RecipeBench.Train(Plain with { Ema = 0.9 }).Weights;
        averaged.SequenceEqual(plain).ShouldBeFalse();
    }

    [Fact]
    public void The_best_epoch_on_validation_images_becomes_the_model_and_patience_ends_a_training()
    {
        // so high a rate that some epochs are worse than others
        TrainingOptions options = Plain with { Epochs = 8, LearningRate = 0.05, Scheduler = LrScheduler.Constant };
        (IReadOnlyList<TrainingRecord> all, byte[] last) = RecipeBench.Train(options);
        all.ShouldAllBe(record => record.Top1Validation != null);
        int best = TrainingCourse.Best(all);
        all[best - 1].Top1Validation.ShouldBe(all.Max(record => record.Top1Validation));
        (IReadOnlyList<TrainingRecord> same, byte[] chosen) = RecipeBench.Train(options with { KeepBest = true });
        same.ShouldBe(all);
        byte[] stopped = RecipeBench.Train(options with { Epochs = best, WarmupRatio = options.WarmupRatio * 8 / best }).Weights;
        chosen.SequenceEqual(best == 8 ? last : stopped).ShouldBeTrue();

        TrainingOptions patient = options with { EarlyStopping = 2, Epochs = 50, WarmupRatio = options.WarmupRatio * 8 / 50 };
        (IReadOnlyList<TrainingRecord> early, _) = RecipeBench.Train(patient);
        early.Count.ShouldBe(TrainingCourse.Best(early) + 2);
        early[^1].Top1Sequential.ShouldNotBeNull(); // the last is measured, whichever that is
    }

    [Fact]
    public void The_epochs_that_may_be_wanted_are_kept_and_no_others()
    {
        TrainingOptions options = Plain with { Epochs = 10, TestEpochs = 4 };
        Kept(options).ShouldBe([4, 8, 9, 10]); // measured; the last, and the one before it, whose weights a node with stale ones has
        Kept(options with { TestEpochs = 1 }).ShouldBe(Enumerable.Range(1, 10));
        Kept(options with { KeepBest = true }).ShouldBe(Enumerable.Range(1, 10), "any may be the best");
        Kept(options with { EarlyStopping = 2 }).ShouldBe(Enumerable.Range(1, 10), "any may be the last");

        static int[] Kept(TrainingOptions options)
        {
            int[] kept = [.. Enumerable.Range(1, options.Epochs).Where(epoch => TrainingCourse.IsKept(options, epoch))];
            TrainingCourse.Kept(options).ShouldBe(kept.Length);
            return kept;
        }
    }

    [Fact]
    public void Epochs_between_measurements_are_not_measured()
    {
        IReadOnlyList<TrainingRecord> records = RecipeBench.Train(Plain with { Epochs = 5, TestEpochs = 2 }, validated: false).Records;
        records.Where(record => record.Top1Sequential is not null).Select(record => record.Epoch).ShouldBe([2, 4, 5]);
        records.ShouldAllBe(record => record.Top1Validation == null);
    }

    [Theory]
    [InlineData(ModelVariant.Standard)]
    [InlineData(ModelVariant.LayerShufflePosition)]
    [InlineData(ModelVariant.LayerShufflePredict)]
    public void Half_precision_trains_single_precision_weights_to_nearly_the_same_losses(ModelVariant variant)
    {
        (IReadOnlyList<TrainingRecord> single, byte[] weights) = RecipeBench.Train(Plain, variant);
        (IReadOnlyList<TrainingRecord> half, byte[] others) = RecipeBench.Train(Plain with { Precision = ComputePrecision.Bf16 }, variant);
        others.Length.ShouldBe(weights.Length); // single precision, too
        others.SequenceEqual(weights).ShouldBeFalse();
        for (int i = 0; i < single.Count; i++)
            half[i].Loss.ShouldBe(single[i].Loss, 0.03);
        RecipeBench.Train(Plain with { Precision = ComputePrecision.Bf16 }, variant).Weights.SequenceEqual(others).ShouldBeTrue();
    }
}
