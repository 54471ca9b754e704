using System.Globalization;
using System.Text;
using LayerShuffle.Results.Summaries;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Runs.Reporting;

/// <summary>A run's end in GitHub-flavoured Markdown, for the page of a CI job.</summary>
public static class MarkdownSummary
{
    private const string Special = "\\`*_{}[]<>#|~&";

    /// <summary>Appends the summary to a file: a job's page may have more on it.</summary>
    public static void Append(string path, RunReport report) => File.AppendAllText(path, Of(report), new UTF8Encoding(false));

    /// <summary>The summary.</summary>
    public static string Of(RunReport report)
    {
        var text = new StringBuilder();
        void Line(string line = "") => text.Append(line).Append('\n');
        Line($"## {Escaped(report.Scenario.Name)}: {Word(report)}");
        Line();
        if (report.Scenario.Description.Length > 0)
        {
            Line(Escaped(report.Scenario.Description));
            Line();
        }

        Line(FormattableString.Invariant($"Seed {report.Scenario.Seed}, {report.Done} of {report.Trials} trials.")
            + (report.IsWhole ? "" : " What follows tells of the finished ones alone, and nothing is judged."));
        if (report.Message is { } message)
            Line($"\n> {Escaped(message)}");
        Line();
        if (report.Groups.Count > 0)
            Table(report, Line);
        if (report.Expectations.Count > 0)
            Expectations(report, Line);
        foreach (WeakResult warning in report.Groups.Count > 0 ? SummaryTable.Of(report.Groups).Warnings : [])
            Line($"* warning: {Escaped($"{warning.Group}: {warning.Message}")}");
        if (report.Again.Length > 0)
            Line($"\n```sh\n{report.Again}\n```");
        Line();
        return text.ToString();
    }

    private static void Table(RunReport report, Action<string> line)
    {
        bool policies = report.Groups.Any(group => group.Policy != "default"), accuracy = report.Groups.Any(group => group.HasModel);
        string[] names = ["model", "condition", .. policies ? ["policy", "rank"] : (string[])[]];
        string[] numbers = [.. accuracy ? ["top-1"] : (string[])[], "completed", "p50 ms", "p95 ms", "skipped", "resends"];
        line($"| {string.Join(" | ", names.Concat(numbers))} |");
        line($"|{string.Concat(names.Select(_ => "---|"))}{string.Concat(numbers.Select(_ => "---:|"))}");
        foreach ((ResultGroup group, SummaryRow row) in report.Groups.Zip(SummaryTable.Of(report.Groups).Rows))
        {
            string rank = row.Rank.Rank.ToString(CultureInfo.InvariantCulture) + (row.Rank.WithinNoise ? " (within noise)" : "");
            string[] cells =
            [
                Escaped(group.Model), Escaped(group.Condition), .. policies ? [Escaped(group.Policy), rank] : (string[])[],
                .. accuracy ? [Percent.Of(row.Top1.Mean) + Half(row.Top1)] : (string[])[], Percent.Of(row.Completion.Mean), Number(row.LatencyP50Ms.Mean),
                Number(row.LatencyP95Ms.Mean), Number(row.LayersSkipped.Mean), Number(row.Retries.Mean),
            ];
            line($"| {string.Join(" | ", cells)} |");
        }

        line("");
    }

    private static void Expectations(RunReport report, Action<string> line)
    {
        line("| expectation | where | measured | |");
        line("|---|---|---:|---|");
        foreach ((Results.Expectations.ExpectationResult result, bool leftOut) in report.Expectations)
        {
            string verdict = leftOut ? "not judged" : result.Holds ? "✅ holds" : "❌ fails";
            line($"| {Escaped(result.Expectation.Text)} | {Escaped(result.Group ?? "")} | {Number(result.Measured)} | {verdict} |");
        }

        line("");
    }

    private static string Word(RunReport report) => report.Reason switch
    {
        "done" => "done ✅",
        "expectation_failed" => "an expectation does not hold ❌",
        "liveness_failed" => "requests stood still in a healed cluster ❌",
        "interrupted" => "interrupted ⚠️",
        _ => "failed ❌",
    };

    private static string Half(MetricSummary top1) =>
        top1.Ci.HalfWidth is { } half ? (100 * half).ToString(" '±' 0.0", CultureInfo.InvariantCulture) : "";

    private static string Number(double? value) =>
        value is { } number ? number.ToString(Math.Abs(number) >= 100 ? "0" : "0.###", CultureInfo.InvariantCulture) : "-";

    /// <summary>Text as Markdown shows it, on one line, whatever it holds.</summary>
    private static string Escaped(string text)
    {
        var escaped = new StringBuilder();
        foreach (char c in text.ReplaceLineEndings(" "))
        {
            if (c is '<' or '>' or '&')
                escaped.Append(c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&amp;");
            else if (Special.Contains(c, StringComparison.Ordinal))
                escaped.Append('\\').Append(c);
            else
                escaped.Append(c);
        }

        return escaped.ToString();
    }
}
