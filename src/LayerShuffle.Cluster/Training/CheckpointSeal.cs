using System.Security.Cryptography;
using System.Text.Json;

namespace LayerShuffle.Cluster.Training;

/// <summary>
/// The file of a checkpoint that names all its other files with their SHA-256. Written last: its presence says that the checkpoint was finished, its sums that the disk still holds what
/// was written. So a checkpoint that lost bytes in a power failure is found out before anything of it is taken over.
/// </summary>
internal static class CheckpointSeal
{
    private const string Name = "seal.json";

    /// <summary>Flushes the files of a folder to the disk and seals it.</summary>
    public static void Write(string folder)
    {
        var sums = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in Directory.GetFiles(folder))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
            stream.Flush(flushToDisk: true); // the checkpoint before this one is deleted soon
            sums.Add(Path.GetFileName(file), Convert.ToHexStringLower(SHA256.HashData(stream)));
        }

        using var seal = new FileStream(Path.Combine(folder, Name), FileMode.Create);
        JsonSerializer.Serialize(seal, sums);
        seal.Flush(flushToDisk: true);
    }

    /// <summary>Why a folder is not what was sealed, for the end of a sentence; null if it is.</summary>
    public static string? Breach(string folder)
    {
        string current = Name;
        try
        {
            using FileStream seal = File.OpenRead(Path.Combine(folder, Name));
            if (JsonSerializer.Deserialize<Dictionary<string, string>>(seal) is not { Count: > 0 } sums)
                return $"{Name} names no files";
            foreach ((string file, string sum) in sums)
            {
                current = file;
                using FileStream stream = File.OpenRead(Path.Combine(folder, file));
                if (Convert.ToHexStringLower(SHA256.HashData(stream)) != sum)
                    return $"{file} holds other bytes than were written";
            }

            return null;
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
}
