namespace LayerShuffle.Scenarios;

/// <summary>Paths of a scenario.</summary>
public static class ScenarioPath
{
    private static readonly string[] Homes = ["~", "$HOME", "${HOME}"];

    /// <summary>
    /// A path as an absolute one, whether or not anything lies there; as it is written where it cannot be one (a NUL in it). <c>~</c>, <c>$HOME</c> and
    /// <c>${HOME}</c> at its beginning are the user's home folder.
    /// </summary>
    /// <param name="folder">The absolute folder that it is relative to.</param>
    /// <param name="path">The path.</param>
    public static string Resolve(string folder, string path)
    {
        try
        {
            return Path.GetFullPath(Expand(path), folder);
        }
        catch (ArgumentException)
        {
            return path;
        }
    }

    /// <summary>A path with the home folder written out at its beginning; where there is no home folder, as it is.</summary>
    public static string Expand(string path)
    {
        string? mark = Array.Find(Homes, home => path == home || path.StartsWith(home + "/", StringComparison.Ordinal) || path.StartsWith(home + Path.DirectorySeparatorChar, StringComparison.Ordinal));
        if (mark is null)
            return path;
        string? home = Environment.GetEnvironmentVariable("HOME");
        if (string.IsNullOrEmpty(home))
            home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length == 0 ? path : Path.Join(home, path[mark.Length..]);
    }
}
