using YamlDotNet.Core;

namespace LayerShuffle.Scenarios.Syntax;

/// <summary>What keeps a text from being read as YAML, and where.</summary>
/// <param name="At">Where.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Expected">What was expected; empty to say nothing.</param>
internal sealed record YamlTrouble(Mark At, string Message, string Expected)
{
    private static readonly string[] Breaks = ["\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029"];

    /// <summary>Finds it. Tabs come first: the library stumbles over them in ways that do not name them.</summary>
    /// <param name="lines">The text.</param>
    /// <param name="read">The end of what was understood.</param>
    /// <param name="reported">Where the library says that it stopped.</param>
    /// <param name="message">What the library says; empty where that is of no use.</param>
    public static YamlTrouble Find(string[] lines, Mark read, Mark reported, string message)
    {
        Mark at = reported.Index >= read.Index && reported.Line >= 1 ? reported : read;
        int first = (int)Math.Clamp(Math.Min(read.Line, at.Line), 1, lines.Length), last = message.Contains("tab", StringComparison.Ordinal) ? lines.Length
            : (int)Math.Clamp(at.Line + 1, 1, lines.Length);
        foreach (bool indents in (bool[])[true, false]) // one that indents is never right; others are in some places
        {
            for (int line = first; line <= last; line++)
            {
                if (Tab(lines[line - 1], line == read.Line ? (int)read.Column - 1 : 0) is { } tab && (lines[line - 1][..tab].Trim().Length == 0) == indents)
                {
                    return new YamlTrouble(
                        new Mark(0, line, tab + 1), indents ? "the line is indented with a tab" : "a tab stands here, and YAML separates with spaces", indents
                            ? "spaces" : "a space");
                }
            }
        }

        return new YamlTrouble(Within(lines, at), "not readable as YAML"
            + (message.Length == 0 ? " from here" : ": " + message.ReplaceLineEndings(" ").TrimEnd('.', ' ')), "");
    }

    /// <summary>The lines of a text as YAML breaks them.</summary>
    public static string[] Lines(string text) => text.Split(Breaks, StringSplitOptions.None);

    /// <summary>A place that exists: the library counts a line more where the text ends.</summary>
    public static Mark Within(string[] lines, Mark mark)
    {
        if (mark.Line > lines.Length)
            return new Mark(mark.Index, lines.Length, lines[^1].Length + 1);
        return mark.Line >= 1 && mark.Column >= 1 ? mark : new Mark(mark.Index, Math.Max(1, mark.Line), Math.Max(1, mark.Column));
    }

    /// <summary>The first tab of a line that stands neither in quotation marks nor in a comment.</summary>
    private static int? Tab(string line, int from)
    {
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (quote != '\0')
                quote = c == quote ? '\0' : quote;
            else if (c is '"' or '\'' && (i == 0 || line[i - 1] is ' ' or '\t' or '[' or '{' or ',' or ':'))
                quote = c;
            else if (c == '#' && (i == 0 || line[i - 1] is ' ' or '\t'))
                return null;
            else if (c == '\t' && i >= from - 1)
                return i;
        }

        return null;
    }
}
