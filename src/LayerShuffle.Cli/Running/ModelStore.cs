using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LayerShuffle.Network.Records;
using LayerShuffle.Vision;

namespace LayerShuffle.Cli.Running;

/// <summary>
/// Trained models under the hash of what made them: data, settings, seed and versions. A finished model is a folder <c>HASH/model</c> beside its epochs; an unfinished
/// one holds checkpoints.
/// </summary>
internal sealed class ModelStore
{
    private const string Model = "model", Training = "training.json";
    private readonly string root;

    public ModelStore()
    {
        string? named = Environment.GetEnvironmentVariable("LAYERSHUFFLE_CACHE");
        root = string.IsNullOrEmpty(named)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "layershuffle")
            : Path.GetFullPath(named);
    }

    public static string Hash(object made)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(made)));
        return Convert.ToHexStringLower(hash.AsSpan(0, 16));
    }

    public static string HashFolder(string directory)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Directory.GetFiles(directory).Where(f => f.EndsWith(".safetensors", StringComparison.Ordinal) || f.EndsWith(".json", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(file)));
            using FileStream stream = File.OpenRead(file);
            hash.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    /// <summary>The finished model, or null.</summary>
    public (VisionTransformer Model, Preprocessor Preprocessor, IReadOnlyList<TrainingRecord> Records)? Find(string hash)
    {
        string folder = Path.Combine(root, hash), records = Path.Combine(folder, Training);
        if (!File.Exists(records))
            return null;
        (VisionTransformer model, Preprocessor preprocessor) = ModelFolder.Load(Path.Combine(folder, Model));
        return (model, preprocessor, JsonSerializer.Deserialize<List<TrainingRecord>>(File.ReadAllText(records))!);
    }

    /// <summary>Where checkpoints of an unfinished training are kept.</summary>
    public string CheckpointDirectory(string hash)
    {
        string folder = Path.Combine(root, hash, "checkpoints");
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>Keeps a finished model; its checkpoints go.</summary>
    public void Keep(string hash, VisionTransformer model, Preprocessor preprocessor, IReadOnlyList<TrainingRecord> records)
    {
        string folder = Path.Combine(root, hash);
        ModelFolder.Save(Path.Combine(folder, Model), model, preprocessor);
        string temporary = Path.Combine(folder, Training + ".tmp");
        File.WriteAllText(temporary, JsonSerializer.Serialize(records));
        File.Move(temporary, Path.Combine(folder, Training), true); // last: its presence says that the model is whole
        string checkpoints = Path.Combine(folder, "checkpoints");
        if (Directory.Exists(checkpoints))
            Directory.Delete(checkpoints, true);
    }

    public void Forget(string hash)
    {
        string folder = Path.Combine(root, hash);
        if (Directory.Exists(folder))
            Directory.Delete(folder, true);
    }
}
