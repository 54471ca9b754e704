using System.Globalization;
using System.Text.RegularExpressions;

namespace LayerShuffle.EndToEnd.Tests.Documents;

/// <summary>The picture and the table of the front page are of one run, whose files are kept beside the picture.</summary>
public partial class FrontPageTests
{
    private const string Kept = "results/reference/quickstart";

    /// <summary>The columns of the table behind model and condition, and what they are in percent of.</summary>
    private static readonly (string Column, double Scale)[] Columns =
    [
        ("top1_mean", 100), ("completion_mean", 100), ("latency_p50_ms_mean", 1), ("latency_p95_ms_mean", 1),
        ("layers_skipped_mean_mean", 1), ("retries_mean", 1),
    ];

    [Fact]
    public void The_table_is_what_the_run_measured()
    {
        Dictionary<string, string>[] rows = Csv("summary.csv");
        string[] lines = [.. Pages.Blocks("README.md", "").Single().Split('\n').Where(line => line.Contains('%', StringComparison.Ordinal))];
        lines.Length.ShouldBe(rows.Length);
        foreach ((Dictionary<string, string> row, string line) in rows.Zip(lines))
        {
            string[] cells = Between().Split(Interval().Replace(line, "").Trim());
            cells[..2].ShouldBe([row["model"], row["condition"]]);
            foreach (((string column, double scale), string cell) in Columns.Zip(cells[2..]))
                Shown(cell).ShouldBe(Number(row[column]) * scale, Precision(cell), $"{column} of {line}");
            Shown(Interval().Match(line).Groups["half"].Value).ShouldBe((Number(row["top1_ci_high"]) - Number(row["top1_ci_low"])) * 50, 0.0501, line);
        }
    }

    [Fact]
    public void The_picture_shows_the_same_run()
    {
        string picture = Pages.Read($"{Kept}/summary.svg");
        foreach (Dictionary<string, string> row in Csv("summary.csv"))
            picture.ShouldContain(string.Create(CultureInfo.InvariantCulture, $">{row["condition"]}, {row["model"]}: {100 * Number(row["top1_mean"]):0.0}%<"));
        new FileInfo(Pages.At($"{Kept}/summary.svg")).Length.ShouldBeLessThan(100_000);
    }

    [Fact]
    public void The_run_was_of_the_quickstart_as_it_is()
    {
        (int code, string output, _) = Pages.Program("run", Pages.At("scenarios/quickstart.yaml"), "--dry-run");
        code.ShouldBe(0);
        Dictionary<string, string>[] trials = Csv("conditions.csv");
        trials.ShouldAllBe(trial => trial["scenario"] == "quickstart" && trial["seed"] == "7" && trial["requests"] == "125" && trial["images"] == "1000");
        foreach (string name in trials.SelectMany(trial => new[] { trial["model"], trial["condition"] }).Distinct())
            output.ShouldContain(name);
        trials.Length.ShouldBe(10);
    }

    private static Dictionary<string, string>[] Csv(string file)
    {
        string[] lines = Pages.Read($"{Kept}/{file}").TrimEnd().Split('\n');
        string[] header = lines[0].Split(',');
        return [.. lines[1..].Select(line => header.Zip(line.Split(',')).ToDictionary(pair => pair.First, pair => pair.Second))];
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static double Shown(string cell) => Number(cell.TrimEnd('%'));

    /// <summary>Half a unit of the last digit that is shown.</summary>
    private static double Precision(string cell) => 0.501 * Math.Pow(10, -(cell.TrimEnd('%').Split('.') is [_, var digits] ? digits.Length : 0));

    [GeneratedRegex(@" ± (?<half>[\d.]+)")]
    private static partial Regex Interval();

    [GeneratedRegex(@" +")]
    private static partial Regex Between();
}
