using LayerShuffle.Core.Files;
using LayerShuffle.Vision.Model;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Files;

/// <summary>A model as Hugging Face lays it out: config.json, model.safetensors (or shards and their index), preprocessor_config.json.</summary>
public static class ModelFolder
{
    private const string ConfigName = "config.json";
    private const string WeightsName = "model.safetensors";
    private const string PreprocessorName = "preprocessor_config.json";

    /// <summary>Reads config.json alone.</summary>
    /// <exception cref="ModelFormatException">It is missing, malformed or describes an impossible model.</exception>
    public static VitConfig LoadConfig(string directory) => CheckpointFolder.Describe(directory).Config;

    /// <summary>Whether a folder has weights in any format, also one that is not read.</summary>
    public static bool HasWeights(string directory) => WeightFiles.Exist(directory);

    /// <summary>
    /// Judges by config.json and the headers of the weights whether <see cref="Load"/> would do, and tells <see cref="ModelLoadOptions.Warn"/> what it would.
    /// </summary>
    /// <param name="directory">The folder.</param>
    /// <param name="options">How it would be loaded.</param>
    /// <exception cref="ModelFormatException">It would not.</exception>
    public static void Check(string directory, ModelLoadOptions options) => _ = Plan(directory, options);

    /// <summary>
    /// Reads what is done to images: preprocessor_config.json, or what timm writes into config.json, or else what <see cref="Preprocessor.For"/> says.
    /// </summary>
    /// <exception cref="ModelFormatException">The file is malformed, or asks for what cannot be done here.</exception>
    public static Preprocessor LoadPreprocessor(string directory, VitConfig config)
    {
        string path = Path.Combine(directory, PreprocessorName);
        return File.Exists(path) ? PreprocessorFile.Read(path, config) : PreprocessorFile.ReadTimm(Path.Combine(directory, ConfigName), config)
            ?? Preprocessor.For(config);
    }

    /// <summary>Loads a model onto the CPU; float16 and bfloat16 weights become float32.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="options">How; by default as config.json says, and strictly.</param>
    /// <returns>The model, which the caller disposes, and its preprocessor (a default one where the folder has none).</returns>
    /// <exception cref="ModelFormatException">A file is missing or malformed, or the tensors do not fit.</exception>
    public static (VisionTransformer Model, Preprocessor Preprocessor) Load(string directory, ModelLoadOptions? options = null)
    {
        options ??= new();
        (CheckpointPlan plan, WeightFiles weights) = Plan(directory, options);
        Preprocessor preprocessor = LoadPreprocessor(directory, LoadConfig(directory)).Resized(LoadConfig(directory), plan.Config);

        using var scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> state = Read(weights, plan);
        VisionTransformer model = plan.HasNew ? VisionTransformer.Create(plan.Config, options.Seed) : new VisionTransformer(plan.Config);
        try
        {
            model.LoadPlanned(state, weights.Source);
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
        Disk.MakeFolder(directory);
        using (NewDisposeScope())
            SafeTensors.Write(Path.Combine(directory, WeightsName), model.StateDictionary());
        PreprocessorFile.Write(Path.Combine(directory, PreprocessorName), preprocessor, model.Config.Architecture);
        VitConfigFile.Write(Path.Combine(directory, ConfigName), model.Config);
    }

    private static (CheckpointPlan Plan, WeightFiles Weights) Plan(string directory, ModelLoadOptions options)
    {
        VitConfig madeFor = LoadConfig(directory), config = madeFor;
        if (options.ForceVariant is { } variant)
            config = config with { Variant = variant };
        config = options.Overrides?.Invoke(config) ?? config;
        WeightFiles weights = WeightFiles.Find(directory);
        CheckpointPlan plan = CheckpointPlan.Make(config, weights,
            new(options.AllowMissingVariantTensors, options.AllowNewHead, options.Classes?.Count, options.AllowNewHead ? madeFor : null));
        foreach (string sentence in plan.Warnings.Concat(plan.Notes))
            options.Warn?.Invoke(sentence);
        if (plan.Config.Id2Label is null && options.Classes is { } classes)
            plan.Name(classes);
        return (plan, weights);
    }

    /// <summary>The checkpoint's tensors under the model's names.</summary>
    private static Dictionary<string, Tensor> Read(WeightFiles weights, CheckpointPlan plan)
    {
        var held = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (string path in weights.Paths)
        {
            foreach ((string name, Tensor tensor) in SafeTensors.Read(path))
                held.Add(name, tensor);
        }

        Dictionary<string, Tensor> state = plan.Places.ToDictionary(place => place.Key, place => Cut(held, place.Value, weights.Source),
            StringComparer.Ordinal);
        if (plan.PositionGrid is { } grid)
            state[plan.Positions] = Interpolated(state[plan.Positions], grid, plan.Config);
        return state;
    }

    /// <summary>
    /// Position embeddings for another number of patches, as transformers' <c>interpolate_pos_encoding</c> makes them: those of the special tokens stay, those
    /// of the patches are a picture that is resized, bicubic and with <c>align_corners=False</c>.
    /// </summary>
    /// <param name="positions"><c>[1, tokens, hidden]</c>.</param>
    /// <param name="grid">Rows and columns of patches for which they were made.</param>
    /// <param name="config">The model that is wanted.</param>
    private static Tensor Interpolated(Tensor positions, (int Rows, int Columns) grid, VitConfig config)
    {
        long special = config.Tokens - config.Patches, width = config.HiddenSize;
        Tensor whole = positions.to(ScalarType.Float32);
        Tensor patches = whole.narrow(1, special, grid.Rows * grid.Columns).reshape(1, grid.Rows, grid.Columns, width);
        Tensor picture = patches.permute(0, 3, 1, 2); // [1, hidden, rows, columns]
        Tensor resized = nn.functional.interpolate(picture, [config.Rows, config.Columns], mode: InterpolationMode.Bicubic, align_corners: false);
        return cat([whole.narrow(1, 0, special), resized.permute(0, 2, 3, 1).reshape(1, config.Patches, width)], 1);
    }

    private static Tensor Cut(Dictionary<string, Tensor> held, TensorPlace place, string source)
    {
        if (!held.TryGetValue(place.Tensor.Name, out Tensor? whole) || !whole.shape.AsSpan().SequenceEqual(place.Tensor.Shape))
            throw new ModelFormatException($"{source} changed while it was read.");
        long rows = whole.shape[0] / 3;
        return place.Third is { } third ? whole.narrow(0, third * rows, rows) : whole;
    }
}
