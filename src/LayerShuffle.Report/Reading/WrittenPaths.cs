using System.Text.RegularExpressions;
using LayerShuffle.Core.Files;

namespace LayerShuffle.Report.Reading;

/// <summary>
/// A run's scenario names its files by absolute paths, so that it can be run again from anywhere. Others are shown them as the scenario wrote them, relative
/// to its own folder; of older folders, which have not kept that, the file's name alone.
/// </summary>
internal static partial class WrittenPaths
{
    /// <summary>The effective scenario with its paths as they were written.</summary>
    /// <param name="scenario">The effective scenario.</param>
    /// <param name="written">The paths as they were written.</param>
    public static string In(string scenario, IReadOnlyList<string> written) => HomePath.Hide(Files().Replace(scenario, match =>
    {
        string path = match.Groups["path"].Value.TrimEnd();
        string end = path.Replace('\\', '/');
        string shown = written.Where(one => one == path || (Tail(one) is { Length: > 0 } tail && end.EndsWith("/" + tail, StringComparison.Ordinal)))
            .MaxBy(one => one.Length) ?? "…/" + end.TrimEnd('/').Split('/')[^1];
        return match.Groups["key"].Value + shown;
    }));

    /// <summary>What an absolute path ends with, if it is made of a relative one.</summary>
    private static string Tail(string written)
    {
        string tail = written.Replace('\\', '/').TrimEnd('/');
        for (string before = ""; before != tail;)
        {
            before = tail;
            tail = Beginning().Replace(tail, "");
        }

        return tail;
    }

    [GeneratedRegex("""(?<key>\b(?:path|checkpoint|trace|file):[ ]+["']?)(?<path>(?:/|[A-Za-z]:[/\\])[^"'\n,{}]*)""", RegexOptions.None, 1000)]
    private static partial Regex Files();

    [GeneratedRegex("""^(?:~|\$HOME|\$\{HOME\}|\.|\.\.)/+""", RegexOptions.None, 1000)]
    private static partial Regex Beginning();
}
