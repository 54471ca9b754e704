using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Learning rates by their closed forms, orders by their distribution.</summary>
public class TrainingScheduleTests
{
    private const double Peak = 2e-3;

    [Theory]
    [InlineData(LrScheduler.Cosine, 0, 0.1)]
    [InlineData(LrScheduler.Cosine, 4, 0.5)]
    [InlineData(LrScheduler.Cosine, 9, 1)]
    [InlineData(LrScheduler.Cosine, 10, 1)]
    [InlineData(LrScheduler.Cosine, 40, 0.75)]
    [InlineData(LrScheduler.Cosine, 55, 0.5)]
    [InlineData(LrScheduler.Cosine, 70, 0.25)]
    [InlineData(LrScheduler.Linear, 9, 1)]
    [InlineData(LrScheduler.Linear, 10, 1)]
    [InlineData(LrScheduler.Linear, 55, 0.5)]
    [InlineData(LrScheduler.Linear, 99, 1 / 90.0)]
    [InlineData(LrScheduler.Constant, 2, 0.3)]
    [InlineData(LrScheduler.Constant, 99, 1)]
    public void The_learning_rate_warms_up_over_ten_of_a_hundred_steps_and_then_decays(LrScheduler scheduler, int step, double share)
    {
        var options = new TrainingOptions { LearningRate = Peak, WarmupRatio = 0.1, Scheduler = scheduler };
        options.LearningRateAt(step, 100).ShouldBe(share * Peak, 1e-15);
    }

    [Fact]
    public void Without_warm_up_the_first_step_has_the_peak_rate()
    {
        var options = new TrainingOptions { LearningRate = Peak, WarmupRatio = 0, Scheduler = LrScheduler.Linear };
        Enumerable.Range(0, 4).Select(step => options.LearningRateAt(step, 4)).ShouldBe([Peak, 0.75 * Peak, 0.5 * Peak, 0.25 * Peak]);
        (options with { WarmupRatio = 1 }).LearningRateAt(3, 4).ShouldBe(Peak);
    }

    [Fact]
    public void Every_order_is_equally_likely_in_shuffled_training()
    {
        const int draws = 4800, orders = 24;
        foreach (ModelVariant variant in new[] { ModelVariant.LayerShuffle, ModelVariant.LayerShufflePosition, ModelVariant.LayerShufflePredict })
        {
            VitConfig config = TinyModels.Config(variant, layers: 4);
            SeedTree luck = SeedTree.Root(17).Child((int)variant);
            int[] counts = [.. Enumerable.Range(0, draws).Select(i => string.Join(' ', TrainingOrder.Draw(config, luck.Child(i)))).CountBy(o => o)
                .Select(o => o.Value)];
            counts.Length.ShouldBe(orders);
            const double expected = (double)draws / orders;
            counts.Sum(count => Math.Pow(count - expected, 2) / expected).ShouldBeLessThan(49.7); // chi-squared, 23 degrees of freedom, 99.9%
        }
    }

    [Fact]
    public void LayerDrop_keeps_each_layer_on_its_own_and_in_ascending_order()
    {
        const int draws = 10_000, layers = 4;
        VitConfig config = TinyModels.Config(ModelVariant.LayerDrop, layers: layers); // p = 0.4
        SeedTree luck = SeedTree.Root(18);
        int[][] orders = [.. Enumerable.Range(0, draws).Select(i => TrainingOrder.Draw(config, luck.Child(i)))];
        orders.ShouldAllBe(order => order.SequenceEqual(order.Order()));
        for (int a = 0; a < layers; a++)
        {
            Near(orders.Count(order => order.Contains(a)), 0.6);
            for (int b = 0; b < a; b++)
                Near(orders.Count(order => order.Contains(a) && order.Contains(b)), 0.36);
        }

        static void Near(int count, double p) => ((double)count / draws).ShouldBe(p, 3.5 * Math.Sqrt(p * (1 - p) / draws));
    }

    [Fact]
    public void The_baseline_trains_in_ascending_order() =>
        TrainingOrder.Draw(TinyModels.Config(ModelVariant.Standard, layers: 5), SeedTree.Root(1)).ShouldBe([0, 1, 2, 3, 4]);
}
