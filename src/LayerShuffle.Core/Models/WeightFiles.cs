namespace LayerShuffle.Core.Models;

/// <summary>The weights of a model folder: where they lie and what their headers say, without their numbers.</summary>
public sealed class WeightFiles
{
    private const string SingleName = "model.safetensors";
    private const string IndexName = "model.safetensors.index.json";

    /// <summary>What other formats are called.</summary>
    private static readonly string[] Foreign =
        ["pytorch_model.bin", "pytorch_model.bin.index.json", "model.pt", "model.pth", "tf_model.h5", "flax_model.msgpack", "model.ckpt", "model.onnx"];

    private WeightFiles(string source, IReadOnlyList<string> paths, IReadOnlyList<SafeTensorsEntry> tensors) =>
        (Source, Paths, Tensors) = (source, paths, tensors);

    /// <summary>What to call them in a message.</summary>
    public string Source { get; }

    /// <summary>The safetensors files.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>All tensors, by the files' sequence.</summary>
    public IReadOnlyList<SafeTensorsEntry> Tensors { get; }

    /// <summary>Whether a folder has weights in any format, also one that is not read.</summary>
    public static bool Exist(string directory) => Foreign.Append(SingleName).Append(IndexName).Any(name => File.Exists(Path.Combine(directory, name)));

    /// <summary>Finds the weights and reads their headers.</summary>
    /// <exception cref="ModelFormatException">There are none, or they cannot be read.</exception>
    public static WeightFiles Find(string directory)
    {
        string single = Path.Combine(directory, SingleName), index = Path.Combine(directory, IndexName);
        if (File.Exists(single))
            return new(SingleName, [single], Header(single));
        return File.Exists(index) ? Shards(directory, index) : throw Absent(directory);
    }

    private static ModelFormatException Absent(string directory)
    {
        string? other = Foreign.FirstOrDefault(name => File.Exists(Path.Combine(directory, name)));
        return other is null
            ? new($"{directory} has no weights: neither {SingleName} nor {IndexName}.")
            : new($"{directory} has its weights as {other} alone, which is not "
                + $"read{(other.StartsWith("pytorch", StringComparison.Ordinal) ? " (a pickle may run any code)" : "")}; {SingleName} is. "
                + "Convert it once with transformers: `python -c \"from transformers import AutoModelForImageClassification as M; "
                + "M.from_pretrained('FOLDER').save_pretrained('FOLDER', safe_serialization=True)\"`.");
    }

    private static WeightFiles Shards(string directory, string index)
    {
        Dictionary<string, string> shardOf = ReadIndex(index);
        List<SafeTensorsEntry> tensors = [];
        string[] shards = [.. shardOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        foreach (string shard in shards)
        {
            foreach (SafeTensorsEntry entry in Header(Path.Combine(directory, shard)))
            {
                if (!shardOf.TryGetValue(entry.Name, out string? expected) || expected != shard)
                    throw new ModelFormatException($"{shard} holds the tensor {entry.Name}, which {IndexName} does not look for there.");
                tensors.Add(entry);
            }
        }

        HashSet<string> held = [.. tensors.Select(tensor => tensor.Name)];
        List<string> absent = [.. shardOf.Keys.Where(name => !held.Contains(name)).Order(StringComparer.Ordinal)];
        return absent.Count == 0
            ? new(IndexName, [.. shards.Select(shard => Path.Combine(directory, shard))], tensors)
            : throw new ModelFormatException($"{IndexName} names tensors that its shards do not hold: {string.Join(", ", absent)}.");
    }

    private static IReadOnlyList<SafeTensorsEntry> Header(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return SafeTensorsHeader.Read(file, Path.GetFileName(path)).Entries;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static Dictionary<string, string> ReadIndex(string indexPath)
    {
        using JsonFile file = JsonFile.Open(indexPath);
        if (file.Find("weight_map") is not { ValueKind: System.Text.Json.JsonValueKind.Object } map)
            throw file.Wrong("weight_map", "a map from tensors to the files that hold them");
        var shardOf = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (System.Text.Json.JsonProperty property in map.EnumerateObject())
            {
                string shard = JsonFile.TextOf(property.Value) ?? "";
                if (!IsPlainFileName(shard))
                    throw new ModelFormatException($"{file.Name} looks for {property.Name} in \"{shard}\"; shards must be plain names of .safetensors files "
                        + "in the same folder.");
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
}

/// <summary>What Git leaves in a file's place where Git LFS has not fetched it: a few lines of text.</summary>
internal static class LfsPointer
{
    /// <summary>Refuses a file that begins like a pointer; its first eight bytes are enough.</summary>
    /// <exception cref="ModelFormatException">It does.</exception>
    public static void Refuse(ReadOnlySpan<byte> start, string name)
    {
        if (start.StartsWith("version "u8))
            throw new ModelFormatException($"{name} is a Git LFS pointer, not the file itself. Run `git lfs pull` in its folder, or download the file.");
    }
}
