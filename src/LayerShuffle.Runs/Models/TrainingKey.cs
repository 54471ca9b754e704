using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using LayerShuffle.Actors.Training;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Scenarios.Specs;
using static TorchSharp.torch;

namespace LayerShuffle.Runs.Models;

/// <summary>
/// What decides a trained model's weights, and no more, each part under a name that a person understands. Two trainings with equal keys give the same bytes.
/// </summary>
public sealed class TrainingKey
{
    /// <summary>The part that marks a model for one run alone.</summary>
    public const string RunPart = "disturbed in run";

    /// <summary>The parts that say where it was computed.</summary>
    public static readonly IReadOnlyList<string> PlaceParts = ["device", "threads", "processor"];

    private static readonly JsonSerializerOptions Names = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        IgnoreReadOnlyProperties = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };
    private static readonly string[] Later =
    [
        "optimizer", "momentum", "rand_augment_operations", "rand_augment_magnitude", "random_erasing", "mixup", "cutmix", "ema", "validation",
        "early_stopping", "select", "test_epochs", "accumulation",
    ];

    private readonly SortedDictionary<string, string> parts;

    private TrainingKey(SortedDictionary<string, string> parts)
    {
        this.parts = parts;
        Hash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts)).AsSpan(0, 16));
    }

    /// <summary>The parts by name.</summary>
    public IReadOnlyDictionary<string, string> Parts => parts;

    /// <summary>32 hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>The key of a model.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="spec">The model.</param>
    /// <param name="trainingSeed">Index of its training seed.</param>
    /// <param name="data">Hash of the training images, and how they are normalised.</param>
    /// <param name="origin">Hash of what it starts from; null: fresh or from a checkpoint.</param>
    /// <param name="place">Where it is computed.</param>
    /// <param name="met">What its steps meet on the virtual clock; null: nothing, or what real processes do.</param>
    internal static TrainingKey Of(Scenario scenario, ModelSpec spec, int trainingSeed, string data, string? origin, ComputePlace place,
        MetTraining? met = null)
    {
        var parts = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["arithmetic"] = FormattableString.Invariant($"{TrainingArithmetic.Version}"),
            ["torch"] = typeof(Tensor).Assembly.GetName().Version?.ToString() ?? "",
            ["training images"] = data,
            ["seed"] = FormattableString.Invariant($"{scenario.Seed}"),
            ["training_seed"] = FormattableString.Invariant($"{trainingSeed}"),
            ["device"] = place.Device,
            ["threads"] = place.Threads,
            ["processor"] = place.Processor,
            ["init_from"] = origin ?? "",
            ["checkpoint"] = spec.Checkpoint is { } folder && Directory.Exists(folder) ? HashFolder(folder) : spec.Checkpoint ?? "",
        };
        TrainingSpec? training = spec.Training;
        bool struck = training is { Faults: true } && scenario.Clock == ScenarioClock.Wall;
        if (struck || met is not null)
        {
            parts["faults"] = met is null ? string.Join('\n', WallBackend.TrainingFaults(scenario)) : Words(met);
            parts["clock"] = scenario.Clock.ToString();
        }

        Flatten(parts, "model", JsonSerializer.SerializeToElement(Relevant(spec.Config), Names));
        // How often it is saved changes nothing, unless a layer is brought back from what was saved; how many seeds there are never does.
        Flatten(parts, "training",
            JsonSerializer.SerializeToElement(training is null || struck ? training is null ? null : Relevant(training)
            : met is { GoesBack: true } ? Relevant(training)
            : Relevant(training) with { CheckpointEpochs = 0, CheckpointSteps = 0, Faults = met is not null }, Names));
        foreach (string name in parts.Keys.Where(name => name.StartsWith("training.order", StringComparison.Ordinal)).ToList())
            parts.Remove(name);
        if (training is not null)
            parts["training.order"] = (spec.Config.Variant is ModelVariant.Standard or ModelVariant.LayerDrop ? OrderSpec.Uniform : training.Order).ToString();
        LeaveOutLater(parts);
        return new TrainingKey(parts);
    }

    /// <summary>What decides weights of what a training meets: which steps those are, and a hash of which way each takes.</summary>
    private static string Words(MetTraining met)
    {
        byte[] ways = System.Text.Encoding.UTF8.GetBytes(string.Join('\n', met.Words()));
        return FormattableString.Invariant($"{met.Steps.Count(step => step.Missed.Length > 0)} of {met.Steps.Count} steps, ")
            + Convert.ToHexStringLower(SHA256.HashData(ways).AsSpan(0, 16));
    }

    /// <summary>A training without what decides no weight, and without settings of what it does not use.</summary>
    private static TrainingSpec Relevant(TrainingSpec training)
    {
        TrainingSpec standard = new();
        bool descends = training.Optimizer == "sgd", operates = training.Augmentation == "randaugment";
        return training with
        {
            Seeds = 1,
            Order = OrderSpec.Uniform, // told in words of its own
            TestEpochs = standard.TestEpochs,
            Momentum = descends ? training.Momentum : standard.Momentum,
            RandAugmentOperations = operates ? training.RandAugmentOperations : standard.RandAugmentOperations,
            RandAugmentMagnitude = operates ? training.RandAugmentMagnitude : standard.RandAugmentMagnitude,
        };
    }

    /// <summary>Settings that came later count where they say something: models that were kept before there were any are found.</summary>
    private static void LeaveOutLater(SortedDictionary<string, string> parts)
    {
        var standard = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Flatten(standard, "training", JsonSerializer.SerializeToElement(new TrainingSpec(), Names));
        foreach (string name in Later.Select(setting => "training." + setting).Where(name => parts.GetValueOrDefault(name) == standard.GetValueOrDefault(name)))
            parts.Remove(name);
    }

    /// <summary>A key read back.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    internal static TrainingKey Parse(ReadOnlySpan<byte> json) =>
        new(new(JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? throw new JsonException("The key is empty."), StringComparer.Ordinal));

    /// <summary>The key as it is kept.</summary>
    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(parts);

    /// <summary>The key of what is kept for one run alone.</summary>
    internal TrainingKey ForRun(string folder) => new(new(parts, StringComparer.Ordinal) { [RunPart] = Path.GetFullPath(folder) });

    /// <summary>The names of the parts in which another key differs.</summary>
    public IReadOnlyList<string> Differences(TrainingKey other) =>
        [.. parts.Keys.Union(other.parts.Keys).Where(name => parts.GetValueOrDefault(name) != other.parts.GetValueOrDefault(name))
            .Order(StringComparer.Ordinal)];

    /// <summary>The weights, configuration and preprocessor of a folder.</summary>
    private static string HashFolder(string directory)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Directory.GetFiles(directory).Where(IsPart).Order(StringComparer.Ordinal))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(file)));
            using FileStream stream = File.OpenRead(file);
            hash.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));

        static bool IsPart(string file) => Path.GetExtension(file) is ".safetensors" or ".json" or ".bin";
    }

    /// <summary>A model without what says nothing about its weights; settings that its variant does not read have no value.</summary>
    private static VitConfig Relevant(VitConfig config) => config with
    {
        LayerDrop = config.Variant == ModelVariant.LayerDrop ? config.LayerDrop : 0,
        PositionLossWeight = config.Variant == ModelVariant.LayerShufflePredict ? config.PositionLossWeight : 0,
    };

    private static void Flatten(SortedDictionary<string, string> parts, string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in value.EnumerateObject())
                Flatten(parts, $"{name}.{property.Name}", property.Value);
        }
        else if (value.ValueKind != JsonValueKind.Null)
        {
            parts[name] = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        }
    }
}
