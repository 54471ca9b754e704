using System.Text;
using LayerShuffle.Core.Files;

namespace LayerShuffle.Runs.Reporting;

/// <summary>
/// Texts of a run that go to others, in results.json, summaries and reports: they name the scenario's files as the scenario does, and no folder of whoever ran
/// it. Only scenario.yaml keeps absolute paths: a run is resumed and explained by it.
/// </summary>
/// <param name="paths">The scenario's files by their absolute paths, and how it writes them.</param>
/// <param name="folder">The folder in which the run was started, which commands are relative to; blank: none.</param>
public sealed class SharedText(IReadOnlyDictionary<string, string> paths, string folder = "")
{
    private readonly (string Path, string Written)[] known = [.. paths.Select(pair => (pair.Key, pair.Value)).OrderByDescending(pair => pair.Key.Length)];

    /// <summary>The scenario's files, as it writes them.</summary>
    public IReadOnlyList<string> Files => [.. known.Select(pair => HomePath.Hide(pair.Written)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>A sentence for others; null where there is none.</summary>
    public string? Of(string? text)
    {
        if (text is null)
            return null;
        foreach ((string path, string written) in known)
            text = Replaced(text, path, written);
        return HomePath.Hide(HasFolder ? Replaced(text, folder + Path.DirectorySeparatorChar, "", ends: false) : text);
    }

    /// <summary>A command for others, which is started in the same folder.</summary>
    public string? Command(string? line) => line is null ? null
        : HomePath.Hide(HasFolder ? Replaced(line, folder + Path.DirectorySeparatorChar, "./", ends: false) : line);

    private bool HasFolder => Path.GetPathRoot(folder) != folder;

    /// <summary>Replaces a path, but not the middle of a longer one.</summary>
    private static string Replaced(string text, string path, string by, bool ends = true)
    {
        var replaced = new StringBuilder();
        int from = 0;
        for (int at = text.IndexOf(path, StringComparison.Ordinal); path.Length > 0 && at >= 0; at = text.IndexOf(path, at + 1, StringComparison.Ordinal))
        {
            if (at < from || (at > 0 && IsOfName(text[at - 1])) || (ends && at + path.Length < text.Length && IsOfName(text[at + path.Length])))
                continue;
            replaced.Append(text, from, at - from).Append(by);
            from = at + path.Length;
        }

        return replaced.Append(text, from, text.Length - from).ToString();
    }

    private static bool IsOfName(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '~';
}
