using System.Globalization;
using LayerShuffle.Core.Records;
using LayerShuffle.Results.Summaries;
using LayerShuffle.Runs.Telling;
using Spectre.Console;

namespace LayerShuffle.Cli.Terminal;

/// <summary>
/// The table of conditions at the end of a run, the ranking of policies, and the warnings. No word is broken to make it fit: what names a row moves to a line
/// of its own above it instead.
/// </summary>
internal static class ConditionTable
{
    /// <summary>Prints all of it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="groups">The run's groups.</param>
    /// <param name="objectives">What is ranked, and by what; null or none: policies, by accuracy or completion, then latency.</param>
    public static void Print(Screen output, IReadOnlyList<ResultGroup> groups, IReadOnlyList<Objective>? objectives = null)
    {
        foreach (Line line in Table(groups, output.Width))
            output.Raw(line.IsHeading ? output.Paint(line.Text, Paint.Bold) + "\n" : line.Text + "\n");
        SummaryTable summary = SummaryTable.Of(groups);
        if (objectives is { Count: > 0 })
            ObjectiveLines.Print(output, groups, objectives);
        else
            Rankings(output, [.. summary.Rankings.Where(ranking => ranking.Policies.Count > 1)]);
        foreach (IGrouping<string, WeakResult> same in summary.Warnings.GroupBy(warning => warning.Message))
            Warn(output, same.Key, [.. same.Select(warning => warning.Group)], groups.Count);
    }

    /// <summary>A warning with where it holds; the same one for several comes once.</summary>
    private static void Warn(Screen output, string message, string[] where, int all)
    {
        string place = where.Length == 1 ? where[0] : where.Length == all ? $"all {all} rows of the table" : "";
        string[] lines = [.. Wrapping.Lines(Printable.OneLine($"warning: {(place.Length > 0 ? place + ": " : "")}{message}"), output.Width, indent: 2)];
        output.Raw(output.Paint(lines[0][..8], Paint.Yellow) + lines[0][8..] + "\n");
        foreach (string line in lines[1..]
            .Concat(place.Length > 0 ? [] : where.SelectMany(name => Wrapping.Lines(Printable.OneLine("  " + name), output.Width, indent: 4))))
            output.WriteLine(line);
    }

    /// <summary>The first of the layouts that fits: everything in a row; the condition above its rows; all names above each row.</summary>
    private static IEnumerable<Line> Table(IReadOnlyList<ResultGroup> groups, int? width)
    {
        bool policies = groups.Any(group => group.Policy != "default");
        string[] names = policies ? ["model", "condition", "policy"] : ["model", "condition"];
        string[][] layouts = [names, [.. names.Where(name => name != "condition")], []];
        for (int i = 0; ; i++)
        {
            IReadOnlyList<Line> lines = Layout(groups, layouts[i], [.. names.Except(layouts[i])], width);
            if (i == layouts.Length - 1 || width is not { } columns || lines.Where(line => !line.IsHeading).All(line => line.Text.Length <= columns))
                return lines;
        }
    }

    private static List<Line> Layout(IReadOnlyList<ResultGroup> groups, string[] columns, string[] above, int? width)
    {
        bool accuracy = groups.Any(group => group.HasModel);
        var table = new Table { Border = TableBorder.Simple };
        foreach (string name in columns)
            table.AddColumn(new TableColumn(name).NoWrap().PadLeft(0).PadRight(1));
        foreach (string name in (string[])[.. accuracy ? ["top-1"] : Array.Empty<string>(), "completed", "p50 ms", "p95 ms", "skipped", "resends"])
            table.AddColumn(new TableColumn(name).NoWrap().PadLeft(0).PadRight(1).RightAligned());
        // The rows of one heading stand together, in the order in which the headings first come.
        (string Heading,
            ResultGroup Group)[] rows =
            [.. groups.Select(group => (Heading: string.Join(" / ", above.Select(name => Cell(group, name))), group)).GroupBy(row => row.Heading)
            .SelectMany(same => same)];
        foreach ((_, ResultGroup group) in rows)
        {
            List<string> cells = [.. columns.Select(name => Cell(group, name))];
            if (accuracy)
                cells.Add(Accuracy(group));
            cells.AddRange([Percent.Of(Mean(group, "completion")), Number(Mean(group, "latency_p50_ms")), Number(Mean(group, "latency_p95_ms")),
                Number(Mean(group, "layers_skipped_mean")), Number(Mean(group, "retries"))]);
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }

        string[] drawn = Drawn.Lines(table);
        int first = Array.FindIndex(drawn, line => line.Contains('─', StringComparison.Ordinal)) + 1; // every row is one line
        var lines = new List<Line>();
        for (int i = 0; i < drawn.Length; i++)
        {
            int row = i - first;
            if (row >= 0 && row < rows.Length && above.Length > 0 && (row == 0 || rows[row].Heading != rows[row - 1].Heading))
                lines.AddRange(Wrapping.Lines(" " + rows[row].Heading, width, indent: 3).Select(text => new Line(text, true)));
            lines.Add(new Line(drawn[i], i == first - 2));
        }

        return lines;
    }

    private static string Cell(ResultGroup group, string name) => Printable.OneLine(name switch
    {
        "model" => group.Model,
        "policy" => group.Policy,
        _ => group.Condition,
    });

    /// <summary>A list for each model and condition, best first.</summary>
    private static void Rankings(Screen output, IReadOnlyList<PolicyRanking> rankings)
    {
        if (rankings.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine("Policies, best first:");
        int widest = rankings.SelectMany(ranking => ranking.Policies).Max(policy => Printable.OneLine(policy.Policy).Length);
        foreach (PolicyRanking ranking in rankings)
        {
            foreach (string line in Wrapping.Lines(Printable.OneLine($"  {ranking.Model} / {ranking.Condition}"), output.Width, indent: 4))
                output.Raw(output.Paint(line, Paint.Bold) + "\n");
            foreach (RankedPolicy policy in ranking.Policies)
            {
                string text = string.Create(CultureInfo.InvariantCulture,
                    $"{policy.Rank,5}. {Printable.OneLine(policy.Policy).PadRight(widest)}  {Measured(policy)}");
                foreach (string line in Kept(text, output.Width, indent: 7))
                    output.WriteLine(line);
            }
        }
    }

    /// <summary>A line as it is aligned where it fits, or else broken between words.</summary>
    private static IEnumerable<string> Kept(string text, int? width, int indent) => text.Length <= (width ?? int.MaxValue) ? [text]
        : Wrapping.Lines(text, width, indent);

    private static string Measured(RankedPolicy policy)
    {
        bool share = policy.Metric != "latency_mean_ms";
        string name = policy.Metric switch
        {
            "top1" => "top-1",
            "completion" => "completed",
            _ => "mean latency",
        };
        string text = $"{name} {(share ? Percent.Of(policy.Value) : policy.Value is { } ms ? Number(ms) + " ms" : "-")}";
        if (policy.Rank == 1 && policy.Difference is null or 0 && !policy.WithinNoise)
            return text;
        if (policy.Difference is { } difference)
            text += ", " + (share ? (100 * difference).ToString("+0.0#;-0.0#;0", CultureInfo.InvariantCulture) + " points"
                : difference.ToString("+0.##;-0.##;0", CultureInfo.InvariantCulture) + " ms");
        return text + (policy.WithinNoise ? ", within noise of the best" : "");
    }

    private static string Accuracy(ResultGroup group)
    {
        MetricSummary top1 = MetricSummary.Of(group, "top1");
        string text = Percent.Of(top1.Mean);
        return top1.Ci is { Low: { } low, High: { } high } ? text + (100 * (high - low) / 2).ToString(" '±' 0.0", CultureInfo.InvariantCulture) : text;
    }

    private static double? Mean(ResultGroup group, string metric) => MetricSummary.Of(group, metric).Mean;

    private static string Number(double? value) => value is { } v ? v.ToString(v >= 100 ? "0" : "0.##", CultureInfo.InvariantCulture) : "-";

    private readonly record struct Line(string Text, bool IsHeading);
}
