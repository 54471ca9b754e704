using LayerShuffle.Core.Files;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Paths of a scenario.</summary>
public static class ScenarioPath
{
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
            return Path.GetFullPath(HomePath.Expand(path), folder);
        }
        catch (ArgumentException)
        {
            return path;
        }
    }
}
