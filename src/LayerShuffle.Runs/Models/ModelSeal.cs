using System.Text.Json;
using LayerShuffle.Core.Files;

namespace LayerShuffle.Runs.Models;

/// <summary>The seal of a kept model: that of its folder, and a key that says how its hash came about.</summary>
internal static class ModelSeal
{
    /// <summary>Its file.</summary>
    public const string Name = FolderSeal.Name;

    private const string KeyName = "key.json";

    // What changes without the model, and what is no part of it.
    private static readonly string[] Outside = ["lock", "used", "about.json"];

    /// <summary>Flushes the files of a folder to the disk and seals it.</summary>
    public static void Write(string folder, string hash) => FolderSeal.Write(folder, hash, Outside);

    /// <summary>Why a folder is not what was sealed under a key's hash, for the end of a sentence; null if it is.</summary>
    public static string? Breach(string folder, string hash)
    {
        if (FolderSeal.Breach(folder, hash, Outside) is { } breach)
            return breach;
        try
        {
            return TrainingKey.Parse(File.ReadAllBytes(Path.Combine(folder, KeyName))).Hash == hash ? null : "it was made with another key";
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return $"{KeyName} cannot be read: {e.Message.TrimEnd('.')}";
        }
    }
}
