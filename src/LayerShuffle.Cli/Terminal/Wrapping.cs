namespace LayerShuffle.Cli.Terminal;

/// <summary>Breaks lines between words.</summary>
internal static class Wrapping
{
    /// <summary>
    /// The text in lines of at most a width. Words stay whole; one that is longer than a line is broken after a comma, an opening bracket or a slash, or else
    /// where the line ends.
    /// </summary>
    /// <param name="text">The text; its leading spaces stay.</param>
    /// <param name="width">Columns; null: one line.</param>
    /// <param name="indent">Spaces before every line but the first.</param>
    public static IEnumerable<string> Lines(string text, int? width, int indent)
    {
        if (width is not { } columns || text.Length <= columns)
        {
            yield return text;
            yield break;
        }

        int lead = text.Length - text.TrimStart(' ').Length;
        string line = new(' ', lead);
        bool empty = true;
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string rest = word;
            if (!empty && line.Length + 1 + rest.Length > columns)
            {
                yield return line;
                (line, empty) = (new string(' ', indent), true);
            }

            while (line.Length + (empty ? 0 : 1) + rest.Length > columns)
            {
                int room = Math.Max(1, columns - line.Length), cut = Math.Min(room, rest.Length);
                int seam = rest.LastIndexOfAny([',', '[', '/'], cut - 1) + 1;
                cut = seam > 0 ? seam : cut;
                yield return line + rest[..cut];
                (line, empty, rest) = (new string(' ', indent), true, rest[cut..]);
            }

            line += empty ? rest : " " + rest;
            empty = false;
        }

        if (!empty)
            yield return line;
    }
}
