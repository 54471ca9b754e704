using System.Globalization;
using LayerShuffle.Actors.Training;
using LayerShuffle.Cli.Running;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Cli.Tests;

/// <summary>What becomes of a scenario's words, and of numbers on their way to the user.</summary>
public sealed class RunningTests
{
    [Fact]
    public void Every_key_of_training_reaches_the_trainer()
    {
        var spec = new TrainingSpec
        {
            Epochs = 3,
            BatchSize = 17,
            LearningRate = 0.25,
            WeightDecay = 0.125,
            WarmupRatio = 0.5,
            LrSchedulerType = "linear",
            MaxGradNorm = 2.5,
            LabelSmoothing = 0.75,
            MicroBatches = 4,
            CheckpointEpochs = 0,
            CheckpointSteps = 250,
        };
        TrainingOptions options = ModelSpecs.Options(spec);
        options.ShouldBe(new TrainingOptions
        {
            Epochs = 3,
            BatchSize = 17,
            LearningRate = 0.25,
            WeightDecay = 0.125,
            WarmupRatio = 0.5,
            Scheduler = LrScheduler.Linear,
            MaxGradNorm = 2.5,
            LabelSmoothing = 0.75,
            MicroBatches = 4,
            CheckpointEpochs = 0,
            CheckpointSteps = 250,
        });
        TrainingOptions standard = new();
        foreach (var property in typeof(TrainingOptions).GetProperties())
            property.GetValue(options).ShouldNotBe(property.GetValue(standard), property.Name); // a new one must be passed on, too
        ModelSpecs.Options(new TrainingSpec()).ShouldBe(standard);
    }

    [Fact]
    public void The_initializer_range_reaches_the_model()
    {
        VitConfig config = ModelSpecs.Config(new ModelSpec { Name = "m", InitializerRange = 0.125 }, ["a", "b"]);
        config.InitializerRange.ShouldBe(0.125);
    }

    [Theory]
    [InlineData(0.891, 1, "89.1%")]
    [InlineData(1.0, 1, "100.0%")]
    [InlineData(0.0, 1, "0.0%")]
    [InlineData(0.77378, 2, "77.38%")]
    [InlineData(null, 1, "-")]
    public void Shares_are_printed_without_a_space(double? share, int decimals, string expected)
    {
        Percent.Of(share, decimals).ShouldBe(expected);
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            commas.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = commas;
            Percent.Of(share, decimals).ShouldBe(expected);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
