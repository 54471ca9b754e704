using System.Text.Json;
using static TorchSharp.torch;

namespace LayerShuffle.Vision;

/// <summary>A model as Hugging Face lays it out: config.json, model.safetensors (or shards and their index), preprocessor_config.json.</summary>
public static class ModelFolder
{
    private const string ConfigName = "config.json";
    private const string WeightsName = "model.safetensors";
    private const string IndexName = "model.safetensors.index.json";
    private const string PreprocessorName = "preprocessor_config.json";

    /// <summary>Reads config.json alone.</summary>
    /// <exception cref="ModelFormatException">It is missing, malformed or describes an impossible model.</exception>
    public static VitConfig LoadConfig(string directory)
    {
        string path = Path.Combine(directory, ConfigName);
        if (!File.Exists(path))
            throw new ModelFormatException($"{directory} is no model folder: it has no {ConfigName}.");
        return VitConfigFile.Read(path);
    }

    /// <summary>Reads what is done to images: preprocessor_config.json, or what timm writes into config.json, or else what <see cref="Preprocessor.For"/> says.</summary>
    /// <exception cref="ModelFormatException">The file is malformed, or asks for what cannot be done here.</exception>
    public static Preprocessor LoadPreprocessor(string directory, VitConfig config)
    {
        string path = Path.Combine(directory, PreprocessorName);
        return File.Exists(path) ? PreprocessorFile.Read(path, config) : PreprocessorFile.ReadTimm(Path.Combine(directory, ConfigName), config) ?? Preprocessor.For(config);
    }

    /// <summary>Loads a model onto the CPU; float16 and bfloat16 weights become float32.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="options">How; by default as config.json says, and strictly.</param>
    /// <returns>The model, which the caller disposes, and its preprocessor (a default one where the folder has none).</returns>
    /// <exception cref="ModelFormatException">A file is missing or malformed, or the tensors do not fit.</exception>
    public static (VisionTransformer Model, Preprocessor Preprocessor) Load(string directory, ModelLoadOptions? options = null)
    {
        options ??= new();
        VitConfig config = LoadConfig(directory);
        if (options.ForceVariant is { } variant)
            config = config with { Variant = variant };
        config = options.Overrides?.Invoke(config) ?? config;
        Preprocessor preprocessor = LoadPreprocessor(directory, config);

        using var scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> state = ReadWeights(directory, out string source);
        CheckScale(config, state, source);
        VisionTransformer model = options.AllowMissingVariantTensors ? VisionTransformer.Create(config, options.Seed) : new VisionTransformer(config);
        try
        {
            var used = state.Where(tensor => !HuggingFaceNames.IsPooler(tensor.Key)).ToDictionary(StringComparer.Ordinal);
            model.LoadState(used, source, options.AllowMissingVariantTensors);
            return (model, preprocessor);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Writes the three files, weights first; each appears whole or not at all.</summary>
    public static void Save(string directory, VisionTransformer model, Preprocessor preprocessor)
    {
        Directory.CreateDirectory(directory);
        using (NewDisposeScope())
            SafeTensors.Write(Path.Combine(directory, WeightsName), model.StateDictionary());
        PreprocessorFile.Write(Path.Combine(directory, PreprocessorName), preprocessor, model.Config.Architecture);
        VitConfigFile.Write(Path.Combine(directory, ConfigName), model.Config);
    }

    private static IReadOnlyDictionary<string, Tensor> ReadWeights(string directory, out string source)
    {
        string single = Path.Combine(directory, WeightsName), index = Path.Combine(directory, IndexName);
        if (File.Exists(single))
        {
            source = WeightsName;
            return SafeTensors.Read(single);
        }

        if (!File.Exists(index))
            throw new ModelFormatException($"{directory} has no weights: neither {WeightsName} nor {IndexName}.");
        source = IndexName;
        return ReadShards(directory, index);
    }

    private static Dictionary<string, Tensor> ReadShards(string directory, string indexPath)
    {
        Dictionary<string, string> shardOf = ReadIndex(indexPath);
        var state = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (string shard in shardOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            foreach ((string name, Tensor tensor) in SafeTensors.Read(Path.Combine(directory, shard)))
            {
                if (!shardOf.TryGetValue(name, out string? expected) || expected != shard)
                    throw new ModelFormatException($"{shard} holds the tensor {name}, which {IndexName} does not look for there.");
                state.Add(name, tensor);
            }
        }

        List<string> absent = [.. shardOf.Keys.Where(name => !state.ContainsKey(name)).Order(StringComparer.Ordinal)];
        return absent.Count == 0
            ? state
            : throw new ModelFormatException($"{IndexName} names tensors that its shards do not hold: {string.Join(", ", absent)}.");
    }

    private static Dictionary<string, string> ReadIndex(string indexPath)
    {
        using JsonFile file = JsonFile.Open(indexPath);
        if (file.Find("weight_map") is not { ValueKind: JsonValueKind.Object } map)
            throw file.Wrong("weight_map", "a map from tensors to the files that hold them");
        var shardOf = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (JsonProperty property in map.EnumerateObject())
            {
                string shard = JsonFile.TextOf(property.Value) ?? "";
                if (!IsPlainFileName(shard))
                    throw new ModelFormatException($"{file.Name} looks for {property.Name} in \"{shard}\"; shards must be plain names of .safetensors files in the same folder.");
                shardOf.Add(property.Name, shard);
            }
        }
        catch (InvalidOperationException e)
        {
            throw new ModelFormatException($"{file.Name} names a tensor in broken Unicode.", e);
        }

        return shardOf;
    }

    /// <summary>No way out of the folder, on any system.</summary>
    private static bool IsPlainFileName(string name) =>
        name.EndsWith(".safetensors", StringComparison.Ordinal) && name[0] != '.' && name.All(c => c is not ('/' or '\\' or ':') && !char.IsControl(c));

    /// <summary>A config.json of a few bytes must not make us allocate more than the weights are worth.</summary>
    private static void CheckScale(VitConfig config, IReadOnlyDictionary<string, Tensor> state, string source)
    {
        long held = state.Values.Sum(tensor => tensor.numel());
        config.Validate();
        if (config.ParameterCount > 16 * held + 1_000_000)
            throw new ModelFormatException($"{ConfigName} describes a model of {config.ParameterCount} parameters, but {source} holds only {held}.");
    }
}
