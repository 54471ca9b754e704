using System.Globalization;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
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
        ModelSpecs.Options(new TrainingSpec()).ShouldBe(standard);
    }

    /// <summary>A key that no code reads, an option that no key sets, or two keys that set one, are found.</summary>
    [Fact]
    public void No_key_of_training_is_forgotten()
    {
        string[] elsewhere = [nameof(TrainingSpec.Seeds), nameof(TrainingSpec.Precision)]; // ScenarioExpander
        typeof(TrainingSpec).GetProperties().Select(member => member.Name).Except(Read(typeof(ModelSpecs).Assembly, nameof(TrainingSpec))).Except(elsewhere)
            .ShouldBeEmpty("nothing in Runs reads these members of TrainingSpec");

        PropertyInfo[] options = [.. typeof(TrainingOptions).GetProperties().Where(option => option.CanWrite)];
        TrainingOptions standard = ModelSpecs.Options(new TrainingSpec());
        var setBy = new List<string>();
        foreach (PropertyInfo member in typeof(TrainingSpec).GetProperties())
        {
            var spec = new TrainingSpec();
            if (Another(member, member.GetValue(spec)) is not { } other)
                continue;
            member.SetValue(spec, other);
            TrainingOptions changed = ModelSpecs.Options(spec);
            string[] set = [.. options.Where(option => !Equals(option.GetValue(changed), option.GetValue(standard))).Select(option => option.Name)];
            set.Length.ShouldBeLessThanOrEqualTo(1, $"TrainingSpec.{member.Name} sets {string.Join(" and ", set)}");
            setBy.AddRange(set);
        }

        setBy.ShouldBe(options.Select(option => option.Name), ignoreOrder: true);
    }

    /// <summary>The properties of a type of another assembly that an assembly reads.</summary>
    private static HashSet<string> Read(Assembly assembly, string type)
    {
        using var image = new PEReader(File.OpenRead(assembly.Location));
        MetadataReader metadata = image.GetMetadataReader();
        return [.. from handle in metadata.MemberReferences
            let member = metadata.GetMemberReference(handle)
            where member.Parent.Kind == HandleKind.TypeReference
                && metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name) == type
            let name = metadata.GetString(member.Name)
            where name.StartsWith("get_", StringComparison.Ordinal)
            select name[4..]];
    }

    /// <summary>A value other than the given one that the scenario language takes for a member; null: there is none.</summary>
    private static object? Another(PropertyInfo member, object? value)
    {
        Type type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
        if (type == typeof(int))
            return (int)(value ?? 0) + 3;
        if (type == typeof(double))
            return (double)(value ?? 0.0) + 0.125;
        if (type == typeof(bool))
            return !(bool)(value ?? false);
        if (type == typeof(OrderSpec))
            return new OrderSpec { Skip = 0.25 };
        if (type == typeof(DistillationSpec))
            return new DistillationSpec(0.25, 2);
        string key = JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);
        var model = (MapType)((ChoiceType)LanguageSchema.Root.Key("model")!.Type).Map!;
        var training = (MapType)model.Key("training")!.Type;
        return ((ScalarType)training.Key(key).ShouldNotBeNull(key).Type).Words.FirstOrDefault(word => word != (string?)value);
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
