namespace LayerShuffle.Scenarios;

/// <summary>Paths of a scenario, relative to its file.</summary>
internal static class ScenarioPath
{
    /// <summary>The absolute path; a path that no system could have stays as it is written.</summary>
    public static string Resolve(string folder, string path)
    {
        try
        {
            return Path.GetFullPath(path, folder);
        }
        catch (ArgumentException)
        {
            return path;
        }
    }
}
