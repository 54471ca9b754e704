using System.Text.RegularExpressions;

namespace LayerShuffle.Core.Files;

/// <summary>
/// Paths in which people write their home folder: in scenarios, on the command line where no shell has written it out, and in environment variables of services
/// and containers.
/// </summary>
public static partial class HomePath
{
    private static readonly string[] Homes = ["~", "$HOME", "${HOME}"];

    /// <summary>A path with the home folder written out at its beginning; where there is no home folder, as it is.</summary>
    public static string Expand(string path)
    {
        string? mark = Array.Find(Homes, home => path == home || path.StartsWith(home + "/", StringComparison.Ordinal)
            || path.StartsWith(home + Path.DirectorySeparatorChar, StringComparison.Ordinal));
        if (mark is null)
            return path;
        string home = Folder();
        return home.Length == 0 ? path : Path.Join(home, path[mark.Length..]);
    }

    /// <summary>
    /// A text for others: <c>~</c> stands where it names the home folder of the user, or what looks like anybody's (<c>/home/NAME</c>, <c>/Users/NAME</c>,
    /// <c>/root</c>, <c>C:\Users\NAME</c>).
    /// </summary>
    public static string Hide(string text)
    {
        string home = Folder().TrimEnd('/', '\\');
        for (int at = home.Length > 0 ? text.IndexOf(home, StringComparison.Ordinal) : -1; at >= 0; at = text.IndexOf(home, at + 1, StringComparison.Ordinal))
        {
            int end = at + home.Length;
            if ((at == 0 || !IsOfName(text[at - 1])) && (end == text.Length || !IsOfName(text[end])))
                text = string.Concat(text.AsSpan(0, at), "~", text.AsSpan(end));
        }

        return Anybodys().Replace(text, "~");
    }

    private static bool IsOfName(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '.';

    private static string Folder()
    {
        string? home = Environment.GetEnvironmentVariable("HOME");
        return string.IsNullOrEmpty(home) ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) : home;
    }

    [GeneratedRegex("""(?<![\w./~-])(?:/home/[^/\\\s"'<>:,;]+|/Users/[^/\\\s"'<>:,;]+|/root|[A-Za-z]:\\Users\\[^/\\\s"'<>:,;]+)(?![\w-]|\.\w)""")]
    private static partial Regex Anybodys();
}
