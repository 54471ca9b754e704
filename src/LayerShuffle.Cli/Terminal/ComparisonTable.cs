using LayerShuffle.Results.Comparisons;

namespace LayerShuffle.Cli.Terminal;

/// <summary>Prints comparisons of runs, in lines of at most 80 columns.</summary>
internal static class ComparisonTable
{
    private const int Before = 10, After = 10, Difference = 30;

    /// <summary>Prints them.</summary>
    public static void Print(Screen output, IReadOnlyList<Comparison> comparisons)
    {
        foreach (Comparison comparison in comparisons)
        {
            Wrapped(output, $"{comparison.Run.Folder}, compared with {comparison.Reference.Folder}", 2, Paint.Bold);
            foreach (string note in comparison.Notes)
                Wrapped(output, $"  note: {note}", 8, null);
            int name = comparison.Rows.Max(row => ComparisonText.Name(row.Metric).Length);
            output.WriteLine($"  {"".PadRight(name)}{"before",Before}{"after",After}  {"difference [95%]",-Difference} verdict");
            foreach (IGrouping<string, ComparisonRow> group in comparison.Rows.GroupBy(row => $"{row.Model} / {row.Policy} / {row.Condition}"))
            {
                Wrapped(output, $" {group.Key}", 3, Paint.Bold);
                foreach (ComparisonRow row in group)
                    Row(output, row, name);
            }

            if (comparison.Alone.Count > 0)
                Wrapped(output, $"Only one of the two has: {string.Join("; ", comparison.Alone)}", 2, null);
        }

        Wrapped(output, ComparisonPage.Sentence(comparisons), 2, null);
        Wrapped(output, Comparison.Method, 2, null);
    }

    private static void Row(Screen output, ComparisonRow row, int name)
    {
        string difference = ComparisonText.Difference(row.Metric, row.Difference, row.Ci);
        string verdict = ComparisonText.Word(row.Verdict);
        string painted = row.Verdict switch
        {
            Verdict.Better => output.Paint(verdict, Paint.Green),
            Verdict.Worse => output.Paint(verdict, Paint.Red),
            _ => verdict,
        };
        output.Raw($"  {ComparisonText.Name(row.Metric).PadRight(name)}{ComparisonText.Value(row.Metric, row.Reference),Before}"
            + $"{ComparisonText.Value(row.Metric, row.Value),After}  {difference,-Difference} {painted}\n");
    }

    private static void Wrapped(Screen output, string text, int indent, Paint? paint)
    {
        foreach (string line in Wrapping.Lines(Printable.OneLine(text), output.Width, indent))
            output.Raw((paint is { } how ? output.Paint(line, how) : line) + "\n");
    }
}
