using System.Security.Cryptography;
using System.Text.Json;

namespace LayerShuffle.Core.Files;

/// <summary>
/// The file of a folder that names the key of what made it and all its other files with their SHA-256. Written last: its presence says that the folder was
/// finished; its sums, that the disk still holds what was written; its key, that it is what one looks for. What a power failure, a copy or an editor changed is
/// found out before anything of it is used.
/// </summary>
public static class FolderSeal
{
    /// <summary>Its name.</summary>
    public const string Name = "seal.json";

    /// <summary>Flushes the files of a folder to the disk and seals it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="key">The hash of what made it.</param>
    /// <param name="outside">Files that are no part of it.</param>
    public static void Write(string folder, string key, params string[] outside)
    {
        var seal = new Seal(key, new(StringComparer.Ordinal));
        foreach (string file in Files(folder, outside))
        {
            Disk.About("write", Path.Combine(folder, file));
            using var stream = new FileStream(Path.Combine(folder, file), FileMode.Open, FileAccess.ReadWrite);
            stream.Flush(flushToDisk: true);
            seal.Files.Add(file, Convert.ToHexStringLower(SHA256.HashData(stream)));
        }

        Disk.Replace(Path.Combine(folder, Name), stream => JsonSerializer.Serialize(stream, seal));
    }

    /// <summary>Why a folder is not what was sealed under a key, for the end of a sentence; null if it is.</summary>
    public static string? Breach(string folder, string key, params string[] outside)
    {
        string current = Name;
        try
        {
            Seal? seal;
            using (FileStream stream = File.OpenRead(Path.Combine(folder, Name)))
                seal = JsonSerializer.Deserialize<Seal>(stream);
            if (seal?.Files is not { Count: > 0 } sums)
                return $"{Name} names no files";
            if (seal.Key != key)
                return "it was made with another key";
            foreach ((string file, string sum) in sums)
            {
                current = file;
                using FileStream stream = File.OpenRead(Path.Combine(folder, file));
                if (Convert.ToHexStringLower(SHA256.HashData(stream)) != sum)
                    return $"{file} holds other bytes than were written";
            }

            return Files(folder, outside).FirstOrDefault(file => !sums.ContainsKey(file)) is { } stranger ? $"{stranger} is no part of it" : null;
        }
        catch (JsonException)
        {
            return $"{current} is no JSON";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return $"{current} is missing";
        }
        // the last: no path at all, as a changed byte may make of it
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"{current} cannot be read: {e.Message.TrimEnd('.')}";
        }
    }

    private static IEnumerable<string> Files(string folder, string[] outside) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Where(file => file != Name && !outside.Contains(file) && !file.EndsWith(Disk.Unfinished, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private sealed record Seal(string Key, SortedDictionary<string, string> Files);
}
