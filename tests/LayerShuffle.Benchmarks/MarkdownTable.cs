using System.Globalization;

namespace LayerShuffle.Benchmarks;

/// <summary>A table that reads well on a terminal and can be put into a README as it is.</summary>
internal sealed class MarkdownTable(params string[] columns)
{
    private readonly List<string[]> rows = [];

    public void Add(params object[] cells) => rows.Add([.. cells.Select(cell => string.Create(CultureInfo.InvariantCulture, $"{cell}"))]);

    /// <summary>A row for a comparison: what it is, the median ratio, its interval and range, the median times and the number of pairs.</summary>
    public void Add(string what, Alternating times) => Add(
        what, Number(times.Ratio), $"{Number(times.Interval.Low)} … {Number(times.Interval.High)}", $"{Number(times.Range.Low)} … {Number(times.Range.High)}",
        Milliseconds(times.MeasuredSeconds), Milliseconds(times.ReferenceSeconds), times.Count);

    /// <summary>The columns of such rows.</summary>
    public static MarkdownTable OfRatios(string measured, string reference) =>
        new("", $"{measured} ÷ {reference}", "95% of the median", "range", $"{measured}, ms", $"{reference}, ms", "pairs");

    public void Print(TextWriter output)
    {
        int[] widths = [.. columns.Select((column, i) => Math.Max(3, rows.Select(row => row[i].Length).Append(column.Length).Max()))];
        void Line(IEnumerable<string> cells) => output.WriteLine("| " + string.Join(" | ", cells.Select((cell, i) => cell.PadRight(widths[i]))) + " |");
        Line(columns);
        output.WriteLine("|" + string.Join('|', widths.Select(width => new string('-', width + 2))) + "|");
        rows.ForEach(Line);
    }

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Milliseconds(double seconds) => (seconds * 1000).ToString("0.0##", CultureInfo.InvariantCulture);
}
