namespace LayerShuffle.Network.Models;

/// <summary>A Hugging Face folder as everybody reads it (<c>validate</c>, <c>run</c>, <c>predict</c>): its config.json and the headers of its weights.</summary>
internal static class CheckpointFolder
{
    private const string ConfigName = "config.json";

    /// <summary>Where the config.json of a folder lies.</summary>
    public static string ConfigPath(string directory) => Path.Combine(directory, ConfigName);

    /// <summary>Reads config.json.</summary>
    /// <exception cref="ModelFormatException">It is missing, malformed or describes an impossible model.</exception>
    public static ModelDescription Describe(string directory)
    {
        string path = ConfigPath(directory);
        if (!File.Exists(path))
            throw new ModelFormatException($"{directory} is no model folder: it has no {ConfigName}.");
        return VitConfigFile.Read(path);
    }
}
