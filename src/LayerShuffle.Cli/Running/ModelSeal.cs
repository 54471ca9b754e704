using System.Security.Cryptography;
using System.Text.Json;

namespace LayerShuffle.Cli.Running;

/// <summary>The file of a kept model that names the key which made it and all its other files with their SHA-256: what the disk, a copy or an editor changed is found out before the model is used.</summary>
internal static class ModelSeal
{
    /// <summary>Its name.</summary>
    public const string Name = "seal.json";

    private const string KeyName = "key.json";

    // What changes without the model, and what is no part of it.
    private static readonly string[] Outside = [Name, Name + ".tmp", "lock", "used", "about.json"];

    /// <summary>Flushes the files of a folder to the disk and seals it.</summary>
    public static void Write(string folder, string hash)
    {
        var seal = new Seal(hash, new(StringComparer.Ordinal));
        foreach (string file in Files(folder))
        {
            using var stream = new FileStream(Path.Combine(folder, file), FileMode.Open, FileAccess.ReadWrite);
            stream.Flush(flushToDisk: true);
            seal.Files.Add(file, Convert.ToHexStringLower(SHA256.HashData(stream)));
        }

        string path = Path.Combine(folder, Name);
        using (var stream = new FileStream(path + ".tmp", FileMode.Create))
        {
            JsonSerializer.Serialize(stream, seal);
            stream.Flush(flushToDisk: true);
        }

        File.Move(path + ".tmp", path, true);
    }

    /// <summary>Why a folder is not what was sealed under a key's hash, for the end of a sentence; null if it is.</summary>
    public static string? Breach(string folder, string hash)
    {
        string current = Name;
        try
        {
            Seal? seal;
            using (FileStream stream = File.OpenRead(Path.Combine(folder, Name)))
                seal = JsonSerializer.Deserialize<Seal>(stream);
            if (seal?.Files is not { Count: > 0 } sums)
                return $"{Name} names no files";
            current = KeyName;
            if (seal.Key != hash || TrainingKey.Parse(File.ReadAllBytes(Path.Combine(folder, KeyName))).Hash != hash)
                return "it was made with another key";
            foreach ((string file, string sum) in sums)
            {
                current = file;
                using FileStream stream = File.OpenRead(Path.Combine(folder, file));
                if (Convert.ToHexStringLower(SHA256.HashData(stream)) != sum)
                    return $"{file} holds other bytes than were written";
            }

            return Files(folder).FirstOrDefault(file => !sums.ContainsKey(file)) is { } stranger ? $"{stranger} is no part of it" : null;
        }
        catch (JsonException)
        {
            return $"{current} is no JSON";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return $"{current} is missing";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{current} cannot be read: {e.Message.TrimEnd('.')}";
        }
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Where(file => !Outside.Contains(file)).Order(StringComparer.Ordinal);

    private sealed record Seal(string Key, SortedDictionary<string, string> Files);
}
