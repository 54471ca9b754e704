namespace LayerShuffle.Runs.Telling;

/// <summary>Words as a POSIX shell takes them.</summary>
public static class ShellWords
{
    /// <summary>The words on a line that can be pasted.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>A word, in single quotes where a shell would make something else of it.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "_@%+=:,./-".Contains(c, StringComparison.Ordinal)) ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
