using System.Globalization;
using System.Text.RegularExpressions;
using LayerShuffle.Results;
using LayerShuffle.Results.Statistics;

namespace LayerShuffle.EndToEnd.Tests.Documents;

/// <summary>The page of answers says what the files beside it say, and the files are of the scenarios as they are.</summary>
public sealed partial class FlakyBoxesTests : IDisposable
{
    private const string Kept = "results/reference/flaky-boxes", Page = $"{Kept}/README.md";

    private static readonly string[] Models = ["baseline", "shuffled"];

    /// <summary>What can be wished for: its metric in differences.csv, and whether less of it is better.</summary>
    private static readonly Dictionary<string, (string Metric, bool Less)> Objectives = new()
    {
        ["accuracy"] = ("top1", false),
        ["latency"] = ("latency_mean_ms", true),
        ["bytes"] = ("bytes_sent", true),
        ["energy"] = ("energy_j_per_image", true),
    };

    private readonly Workplace place = new();

    public static TheoryData<string> Boxes => ["bursts", "slow-node", "reboots", "uplink"];

    [Theory]
    [MemberData(nameof(Boxes))]
    public void Tables_of_policies_are_what_was_measured(string box)
    {
        var files = new BoxFiles(box);
        int rows = 0;
        foreach ((string condition, string[] cells) in Rows(box, "policy"))
        {
            string policy = cells[0].Trim('`');
            for (int i = 0; i < Models.Length; i++)
                Shows(cells[1 + i], files.Summary(Models[i], policy, condition), "top1", 100);
            foreach (string model in Models)
            {
                Dictionary<string, string> row = files.Summary(model, policy, condition);
                Match completed = Range().Match(cells[3]);
                Equal(completed.Groups["mean"].Value, 100 * Number(row["completion_mean"]));
                Equal(completed.Groups["low"].Value, 100 * Number(row["completion_ci_low"]));
                Equal(completed.Groups["high"].Value, 100 * Number(row["completion_ci_high"]));
                Shows(cells[4], row, "latency_p50_ms", 1);
                Shows(cells[5], row, "latency_p95_ms", 1);
                Shows(cells[7], row, "energy_j_per_image", 1);
                Interval bytes = Intervals.Mean(files.KilobytesPerImage(model, policy, condition));
                Match told = Half().Match(cells[6]);
                Equal(told.Groups["mean"].Value, files.KilobytesPerImage(model, policy, condition).Average());
                Equal(told.Groups["half"].Value, bytes.HalfWidth!.Value);
            }

            string[] fronts = [.. Models.Where(model => files.IsOnFront(model, policy, condition))];
            cells[8].ShouldBe(fronts.Length == 2 ? "both" : fronts.SingleOrDefault() ?? "", $"{box}, {condition}: {policy}");
            rows++;
        }

        rows.ShouldBe(files.Policies.Length * files.Conditions.Length);
    }

    [Theory]
    [MemberData(nameof(Boxes))]
    public void Winners_are_those_of_the_files(string box)
    {
        var files = new BoxFiles(box);
        int rows = 0;
        foreach ((string condition, string[] cells) in Rows(box, "objective"))
        {
            (string metric, bool less) = Objectives[cells[0]];
            for (int i = 0; i < Models.Length; i++)
            {
                string[] complete = [.. files.Policies.Where(policy => Number(files.Summary(Models[i], policy, condition)["completion_mean"]) == 1)];
                double Worth(string policy) => (less ? 1 : -1) * files.Value(Models[i], policy, condition, metric);
                string[] told = [.. Code().Matches(cells[1 + i]).Select(match => match.Groups["name"].Value)];
                Worth(told[0]).ShouldBe(complete.Min(Worth), 1e-9, $"{box}, {condition}, {Models[i]}: {cells[0]}");
                told[1..].ShouldBe(complete.Where(policy => policy != told[0] && files.Difference(Models[i], condition, policy, told[0], metric).WithinNoise),
                    $"{box}, {condition}, {Models[i]}: {cells[0]}");
            }

            rows++;
        }

        rows.ShouldBe(Objectives.Count * files.Conditions.Length);
    }

    [Theory]
    [MemberData(nameof(Boxes))]
    public void Differences_are_those_of_the_files(string box)
    {
        var files = new BoxFiles(box);
        int rows = 0;
        foreach ((string condition, string[] cells) in Rows(box, "compared"))
        {
            string[] policies = [.. Code().Matches(cells[0]).Select(match => match.Groups["name"].Value)];
            Match told = Difference().Match(cells[3]);
            double scale = told.Groups["unit"].Value switch
            {
                "points" => 100,
                "ms" => 1,
                "MB" => 1e-6,
                "mJ" => 1000,
                var unit => throw new InvalidDataException(unit),
            };
            var measured = files.Difference(cells[1], condition, policies[0], policies[1], Objectives[cells[2]].Metric);
            Equal(told.Groups["mean"].Value, scale * measured.Mean);
            Equal(told.Groups["low"].Value, scale * measured.Low);
            Equal(told.Groups["high"].Value, scale * measured.High);
            cells[4].ShouldBe(measured.WithinNoise ? "within noise" : "sure", $"{box}, {condition}: {cells[0]}");
            rows++;
        }

        rows.ShouldBeGreaterThan(3);
    }

    [Theory]
    [MemberData(nameof(Boxes))]
    public void The_files_are_of_the_scenario_as_it_is(string box)
    {
        var files = new BoxFiles(box);
        (int code, string output, _) = Pages.Program("run", Pages.At($"scenarios/flaky-boxes/{box}.yaml"), "--dry-run", "--output", place.At(box));
        code.ShouldBe(0);
        foreach (string name in files.Policies.Concat(files.Conditions))
            output.ShouldContain(name);
        string results = Pages.Read($"{Kept}/{box}/results.json"), scenario = Pages.Read($"scenarios/flaky-boxes/{box}.yaml");
        results.ShouldContain("\"state\": \"done\"");
        scenario.ShouldContain($"\nname: {files.Trials[0]["scenario"]}\n");
        scenario.ShouldContain($"\nseed: {files.Trials[0]["seed"]}\n");
        foreach (string file in Directory.GetFiles(Pages.At($"{Kept}/{box}")))
            new FileInfo(file).Length.ShouldBeLessThan(600_000, file);
    }

    public void Dispose() => place.Dispose();

    /// <summary>The rows of a box' tables of one kind, which their first heading names, with the condition under which they stand.</summary>
    private static IEnumerable<(string Condition, string[] Cells)> Rows(string box, string kind)
    {
        string? at = null, table = null;
        string condition = "default";
        foreach (string line in Pages.Read(Page).Split('\n'))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
                (at, condition) = (Code().Match(line).Groups["name"].Value, "default");
            else if (line.StartsWith("### ", StringComparison.Ordinal))
                condition = Code().Match(line).Groups["name"].Value;
            if (!line.StartsWith("| ", StringComparison.Ordinal))
                table = line.StartsWith("|-", StringComparison.Ordinal) ? table : null;
            else if (table is null)
                table = line.Split('|')[1].Trim();
            else if (at == box && table == kind)
                yield return (condition, [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Trim())]);
        }
    }

    private static void Shows(string cell, Dictionary<string, string> row, string metric, double scale)
    {
        Match told = Half().Match(cell);
        Equal(told.Groups["mean"].Value, scale * Number(row[metric + "_mean"]));
        Equal(told.Groups["half"].Value, scale * (Number(row[metric + "_ci_high"]) - Number(row[metric + "_ci_low"])) / 2);
    }

    /// <summary>What is shown is the value, rounded to as many digits.</summary>
    private static void Equal(string shown, double value) =>
        Number(shown).ShouldBe(value, 0.501 * Math.Pow(10, -(shown.Split('.') is [_, var digits] ? digits.Length : 0)));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<mean>[\d.]+)%? ± (?<half>[\d.]+)$")]
    private static partial Regex Half();

    [GeneratedRegex(@"^(?<mean>[\d.]+)% \[(?<low>[\d.]+), (?<high>[\d.]+)\]$")]
    private static partial Regex Range();

    [GeneratedRegex(@"^(?<mean>[-+\d.]+) (?<unit>\w+) \[(?<low>[-+\d.]+), (?<high>[-+\d.]+)\]$")]
    private static partial Regex Difference();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Code();

    /// <summary>The files of one box.</summary>
    private sealed class BoxFiles(string box)
    {
        private readonly Dictionary<string, string>[] summary = Csv(box, "summary.csv"), differences = Csv(box, "differences.csv");

        public Dictionary<string, string>[] Trials { get; } = Csv(box, "conditions.csv");

        public string[] Policies => [.. summary.Select(row => row["policy"]).Distinct()];

        public string[] Conditions => [.. summary.Select(row => row["condition"]).Distinct()];

        public Dictionary<string, string> Summary(string model, string policy, string condition) =>
            summary.Single(row => row["model"] == model && row["policy"] == policy && row["condition"] == condition);

        public double[] KilobytesPerImage(string model, string policy, string condition) =>
            [.. Trials.Where(row => row["model"] == model && row["policy"] == policy && row["condition"] == condition)
                .Select(row => Number(row["bytes_sent"]) / Number(row["images"]) / 1000)];

        public double Value(string model, string policy, string condition, string metric) => metric == "bytes_sent"
            ? KilobytesPerImage(model, policy, condition).Average() : Number(Summary(model, policy, condition)[metric + "_mean"]);

        /// <summary>Whether no other policy is at least as good in everything and better in something, judged by the means.</summary>
        public bool IsOnFront(string model, string policy, string condition)
        {
            double[] own = Costs(policy);
            return !Policies.Select(Costs).Any(other => other.Zip(own).All(pair => pair.First <= pair.Second)
                && other.Zip(own).Any(pair => pair.First < pair.Second));

            double[] Costs(string name) => [.. Objectives.Values.Select(one => (one.Less ? 1 : -1) * Value(model, name, condition, one.Metric))];
        }

        public (double Mean, double Low, double High, bool WithinNoise) Difference(string model, string condition, string policy, string other, string metric)
        {
            Dictionary<string, string> row = differences.Single(row => row["kind"] == "policy" && row["model"] == model && row["condition"] == condition
                && row["metric"] == metric && (row["policy"], row["other"]) is var pair && (pair == (policy, other) || pair == (other, policy)));
            (double mean, double low, double high) = (Number(row["difference"]), Number(row["ci_low"]), Number(row["ci_high"]));
            bool noise = row["within_noise"] == "true";
            return row["policy"] == policy ? (mean, low, high, noise) : (-mean, -high, -low, noise);
        }

        private static Dictionary<string, string>[] Csv(string box, string file)
        {
            string path = Pages.At($"{Kept}/{box}/{file}");
            IReadOnlyList<string> columns = ResultsReader.Columns(path);
            return [.. ResultsReader.Rows(path).Select(row => columns.ToDictionary(column => column, column => row[column]))];
        }
    }
}
