using System.Globalization;
using System.Text;

namespace LayerShuffle.Cli.Terminal;

/// <summary>
/// Text that comes from files, peers and the system, made harmless for a terminal: what could move its cursor, change its colours or turn the line around is
/// shown instead.
/// </summary>
internal static class Printable
{
    /// <summary>The text with every control character but line ends and tabs written as <c>\x1b</c> or <c>\u202e</c>.</summary>
    public static string Of(string text)
    {
        int first = 0;
        while (first < text.Length && !IsHarmful(text, first))
            first++;
        if (first == text.Length)
            return text;
        var clean = new StringBuilder(text, 0, first, text.Length + 16);
        for (int i = first; i < text.Length; i++)
        {
            if (IsHarmful(text, i))
                clean.Append(text[i] < 0x100 ? "\\x" : "\\u").Append(((int)text[i]).ToString(text[i] < 0x100 ? "x2" : "x4", CultureInfo.InvariantCulture));
            else
                clean.Append(text[i]);
        }

        return clean.ToString();
    }

    /// <summary>The same on one line: line ends and tabs are shown, too.</summary>
    public static string OneLine(string text) => Of(text).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal);

    private static bool IsHarmful(string text, int at) => text[at] switch
    {
        '\n' or '\t' => false,
        '\r' => at + 1 == text.Length || text[at + 1] != '\n',
        '\u2028' or '\u2029' or '\ufeff' or '\u061c' or '\u200e' or '\u200f' => true,
        >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' => true, // they turn the reading direction around
        { } c when char.IsLowSurrogate(c) => at == 0 || !char.IsHighSurrogate(text[at - 1]),
        { } c when char.IsHighSurrogate(c) => at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1]),
        var c => char.IsControl(c),
    };
}
