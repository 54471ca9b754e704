using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LayerShuffle.Cluster.Processes;
using LayerShuffle.Network.Records;
using LayerShuffle.Vision;

namespace LayerShuffle.Cli.Running;

/// <summary>
/// Trained models under the hash of what made them: data, settings, seed and versions. A finished model is a folder <c>HASH/model</c> beside its epochs; an unfinished
/// one holds checkpoints. Runs at the same time may share it: who makes a model holds its lock.
/// </summary>
internal sealed class ModelStore
{
    private const string Model = "model", Training = "training.json", Checkpoints = "checkpoints", LockName = "lock";
    private readonly string root;

    /// <summary>The store.</summary>
    /// <param name="say">Told if it is not where one would look for it.</param>
    public ModelStore(Action<string>? say = null) => root = CacheRoot.Find(say);

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

    /// <summary>Whether there is a finished model.</summary>
    public bool Has(string hash) => File.Exists(Path.Combine(root, hash, Training));

    /// <summary>The finished model, or null.</summary>
    /// <exception cref="ModelFormatException">Its folder is damaged.</exception>
    /// <exception cref="JsonException">Its epochs are damaged.</exception>
    public (VisionTransformer Model, Preprocessor Preprocessor, IReadOnlyList<TrainingRecord> Records)? Find(string hash)
    {
        if (!Has(hash))
            return null;
        string folder = Path.Combine(root, hash), records = Path.Combine(folder, Training);
        (VisionTransformer model, Preprocessor preprocessor) = ModelFolder.Load(Path.Combine(folder, Model));
        return (model, preprocessor, JsonSerializer.Deserialize<List<TrainingRecord>>(File.ReadAllText(records)) ?? throw new JsonException($"{records} holds no epochs."));
    }

    /// <summary>The right to make a model, until it is disposed of or the process ends; null while another run has it.</summary>
    public IDisposable? TryLock(string hash)
    {
        string folder = Path.Combine(root, hash);
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException)) // no subclass: somebody else has it open
        {
            return null;
        }
    }

    /// <summary>Where checkpoints of an unfinished training are kept.</summary>
    public string CheckpointDirectory(string hash)
    {
        string folder = Path.Combine(root, hash, Checkpoints);
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
        string checkpoints = Path.Combine(folder, Checkpoints);
        if (Directory.Exists(checkpoints))
            Directory.Delete(checkpoints, true);
    }

    /// <summary>Drops a model and its checkpoints; the lock stays, as the caller may hold it.</summary>
    public void Forget(string hash)
    {
        string folder = Path.Combine(root, hash);
        File.Delete(Path.Combine(folder, Training)); // first: without it the model counts as unfinished
        foreach (string part in new[] { Model, Checkpoints }.Select(name => Path.Combine(folder, name)).Where(Directory.Exists))
            Directory.Delete(part, true);
    }
}
