using System.Globalization;
using System.Reflection;
using System.Text.Json;
using LayerShuffle.Actors.Training;
using LayerShuffle.Runs.Images;
using LayerShuffle.Runs.Telling;
using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Runs.Tests.Images;

/// <summary>What becomes of a scenario's words, and of numbers on their way to the user.</summary>
public sealed class ModelSpecsTests
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

    /// <summary>What is not an option of the trainer is named here with who reads it.</summary>
    [Fact]
    public void No_key_of_training_is_forgotten()
    {
        var readElsewhere = new Dictionary<string, string>
        {
            [nameof(TrainingSpec.Augmentation)] = "RunData, which makes the batches",
            [nameof(TrainingSpec.Precision)] = "nobody: there is one",
            [nameof(TrainingSpec.Order)] = "nobody: there is one",
            [nameof(TrainingSpec.Seeds)] = "ScenarioExpander, which makes a model of each",
            [nameof(TrainingSpec.Faults)] = "ModelTrainer, which lets them strike",
        };
        TrainingOptions standard = ModelSpecs.Options(new TrainingSpec());
        foreach (PropertyInfo member in typeof(TrainingSpec).GetProperties().Where(member => !readElsewhere.ContainsKey(member.Name)))
        {
            var spec = new TrainingSpec();
            member.SetValue(spec, Another(member, member.GetValue(spec)));
            ModelSpecs.Options(spec).ShouldNotBe(standard, $"TrainingSpec.{member.Name} must reach TrainingOptions, or be named here with who reads it");
        }
    }

    /// <summary>A value other than the given one that the scenario language takes for a member.</summary>
    private static object Another(PropertyInfo member, object? value)
    {
        Type type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
        if (type == typeof(int))
            return (int)(value ?? 0) + 3;
        if (type == typeof(double))
            return (double)(value ?? 0.0) + 0.125;
        if (type == typeof(bool))
            return !(bool)(value ?? false);
        string key = JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);
        var model = (MapType)((ChoiceType)LanguageSchema.Root.Key("model")!.Type).Map!;
        var training = (MapType)model.Key("training")!.Type;
        return ((ScalarType)training.Key(key).ShouldNotBeNull(key).Type).Words.First(word => word != (string?)value);
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
