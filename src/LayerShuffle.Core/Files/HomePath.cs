namespace LayerShuffle.Core.Files;

/// <summary>
/// Paths in which people write their home folder: in scenarios, on the command line where no shell has written it out, and in environment variables of services
/// and containers.
/// </summary>
public static class HomePath
{
    private static readonly string[] Homes = ["~", "$HOME", "${HOME}"];

    /// <summary>A path with the home folder written out at its beginning; where there is no home folder, as it is.</summary>
    public static string Expand(string path)
    {
        string? mark = Array.Find(Homes, home => path == home || path.StartsWith(home + "/", StringComparison.Ordinal)
            || path.StartsWith(home + Path.DirectorySeparatorChar, StringComparison.Ordinal));
        if (mark is null)
            return path;
        string? home = Environment.GetEnvironmentVariable("HOME");
        if (string.IsNullOrEmpty(home))
            home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length == 0 ? path : Path.Join(home, path[mark.Length..]);
    }
}
