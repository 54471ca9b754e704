using System.Globalization;
using System.Text.RegularExpressions;
using LayerShuffle.Results;
using LayerShuffle.Results.Statistics;

namespace LayerShuffle.EndToEnd.Tests.Documents;

/// <summary>The page on layers that are lost in trials says what the files beside it say, and these are of the scenario as it is.</summary>
public sealed partial class RestorationPageTests : IDisposable
{
    private const string Kept = "results/reference/restoration", Scenario = "scenarios/restoration-seeds.yaml";

    private static readonly string[] Methods = ["checkpoint", "neighbours", "weighted", "copy", "zero", "random", "skipped"];
    private static readonly string[] Models = ["baseline", "shuffled"];
    private static readonly (string Metric, double Scale)[] Metrics = [("top1", 100), ("loss", 1)];

    private readonly Dictionary<string, string>[] summary = Csv("summary.csv"), trials = Csv("conditions.csv");
    private readonly Workplace place = new();

    [Fact]
    public void Means_and_deviations_are_what_was_measured()
    {
        Dictionary<string, string[]> rows = Rows("weights from");
        rows.Keys.ShouldBe(Methods);
        foreach (string method in Methods)
        {
            int cell = 0;
            foreach ((string metric, double scale) in Metrics)
            {
                foreach (string model in Models)
                {
                    Dictionary<string, string> row = summary.Single(row => row["model"] == model && row["condition"] == method);
                    Match told = Deviation().Match(rows[method][cell++]);
                    Equal(told.Groups["mean"].Value, scale * Number(row[metric + "_mean"]));
                    Equal(told.Groups["deviation"].Value, scale * Number(row[metric + "_std_seeds"]));
                }
            }
        }
    }

    [Fact]
    public void What_is_lost_by_training_seed_is_what_was_measured()
    {
        foreach ((string metric, double scale) in Metrics)
        {
            Dictionary<string, string[]> rows = Rows(metric == "top1" ? "points lost" : "loss gained");
            rows.Keys.ShouldBe(Methods[1..]);
            foreach ((string method, string[] cells) in rows)
            {
                double[] plain = Harm("baseline", method, metric), shuffled = Harm("shuffled", method, metric);
                foreach ((string cell, double[] harm) in cells.Zip([plain, shuffled]))
                {
                    string[] told = cell.Split(", ");
                    told.Length.ShouldBe(harm.Length);
                    for (int seed = 0; seed < harm.Length; seed++)
                        Equal(told[seed], scale * harm[seed]);
                }

                double[] saved = [.. plain.Zip(shuffled, (one, other) => scale * (one - other))];
                Interval interval = Intervals.Mean(saved);
                Match range = Range().Match(cells[2]);
                Equal(range.Groups["mean"].Value, saved.Average());
                Equal(range.Groups["low"].Value, interval.Low!.Value);
                Equal(range.Groups["high"].Value, interval.High!.Value);
            }
        }
    }

    [Fact]
    public void Each_box_is_struck_once_and_costs_what_was_measured()
    {
        Dictionary<string, int> repeats = Struck();
        Dictionary<string, string[]> rows = Rows("box");
        rows.Keys.ShouldBe(repeats.Keys, ignoreOrder: true);
        foreach ((string box, string[] cells) in rows)
        {
            int cell = 0;
            foreach (string model in Models)
            {
                foreach (string method in (string[])["neighbours", "random", "skipped"])
                {
                    double top1 = trials.Where(row => row["model"] == model && row["condition"] == method && row["repeat"] == $"{repeats[box]}")
                        .Average(row => Number(row["top1"]));
                    cells[cell++].ShouldBe(string.Create(CultureInfo.InvariantCulture, $"{100 * top1:0.0}%"), $"{box}, {method}, {model}");
                }
            }
        }
    }

    [Fact]
    public void The_files_are_of_the_scenario_as_it_is()
    {
        string scenario = Pages.Read(Scenario), run = Pages.Read($"{Kept}/run.json");
        scenario.ShouldContain($"\nname: {trials[0]["scenario"]}\n");
        scenario.ShouldContain($"\nseed: {trials[0]["seed"]}\n");
        run.ShouldContain("\"state\": \"done\"");
        run.ShouldNotContain("\"holds\": false");
        foreach (string method in Methods)
            scenario.ShouldContain($"\n  {method}: {{cluster: {{restore: ");
        trials.Select(row => (row["model"], row["training_seed"], row["condition"], row["repeat"])).Distinct().Count()
            .ShouldBe(Models.Length * 3 * Methods.Length * 6);
        trials.Length.ShouldBe(Models.Length * 3 * Methods.Length * 6);
        foreach (string file in Directory.GetFiles(Pages.At(Kept)))
        {
            new FileInfo(file).Length.ShouldBeLessThan(200_000, file);
            File.ReadAllText(file).ShouldNotMatch("(\"|>|,|\\s)/(home|tmp|work|root)/", file);
        }
    }

    public void Dispose() => place.Dispose();

    /// <summary>By box, the repeat in which it is struck: each in one.</summary>
    private Dictionary<string, int> Struck()
    {
        (int code, string output, _) = Pages.Program("run", Pages.At(Scenario), "--dry-run", "--output", place.At("out"));
        code.ShouldBe(0);
        (string Node, int Repeat)[] strikes = [.. Strike().Matches(output)
            .Select(match => (match.Groups["node"].Value, int.Parse(match.Groups["repeat"].Value, CultureInfo.InvariantCulture))).Distinct()];
        strikes.Length.ShouldBe(6);
        return strikes.ToDictionary(strike => strike.Node, strike => strike.Repeat); // throws where a box is struck in two
    }

    /// <summary>By training seed: what a method takes from what the checkpoint gives, mean over the boxes.</summary>
    private double[] Harm(string model, string method, string metric)
    {
        double[] Of(string condition) => [.. trials.Where(row => row["model"] == model && row["condition"] == condition).GroupBy(row => row["training_seed"])
            .OrderBy(seed => seed.Key, StringComparer.Ordinal).Select(seed => seed.Average(row => Number(row[metric])))];
        return [.. Of("checkpoint").Zip(Of(method), (whole, left) => metric == "top1" ? whole - left : left - whole)];
    }

    /// <summary>The rows of the table whose first heading this is, by their first cells.</summary>
    private static Dictionary<string, string[]> Rows(string heading) =>
        Pages.Read($"{Kept}/README.md").Split('\n').SkipWhile(line => !line.StartsWith($"| {heading} |", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Trim().Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())
            .ToDictionary(cells => cells[0].Trim('`'), cells => cells[1..]);

    /// <summary>What is shown is the value, rounded to as many digits.</summary>
    private static void Equal(string shown, double value) =>
        Number(shown).ShouldBe(value, 0.501 * Math.Pow(10, -(shown.Split('.') is [_, var digits] ? digits.Length : 0)));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static Dictionary<string, string>[] Csv(string file)
    {
        string path = Pages.At($"{Kept}/{file}");
        IReadOnlyList<string> columns = ResultsReader.Columns(path);
        return [.. ResultsReader.Rows(path).Select(row => columns.ToDictionary(column => column, column => row[column]))];
    }

    [GeneratedRegex(@"^(?<mean>[\d.]+)%? ± (?<deviation>[\d.]+)$")]
    private static partial Regex Deviation();

    [GeneratedRegex(@"^(?<mean>-?[\d.]+) \[(?<low>-?[\d.]+), (?<high>-?[\d.]+)\]$")]
    private static partial Regex Range();

    [GeneratedRegex(@"repeat (?<repeat>\d+)\n +0ms: amnesia begins on (?<node>node-\d)\n")]
    private static partial Regex Strike();
}
