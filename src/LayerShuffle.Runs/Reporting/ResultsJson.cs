using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LayerShuffle.Core.Files;
using LayerShuffle.Results.Expectations;
using LayerShuffle.Results.Summaries;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Runs.Reporting;

/// <summary>
/// Writes <c>results.json</c>: what a script needs at the end of a run. It holds no times of this machine and no paths, so that two virtual runs of one seed
/// write the same bytes.
/// </summary>
public static class ResultsJson
{
    /// <summary>The file's name.</summary>
    public const string Name = "results.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes the file; a new one takes an older one's place at once.</summary>
    public static void Write(string folder, RunReport report) =>
        Disk.Replace(Path.Combine(folder, Name), Encoding.UTF8.GetBytes(Of(report).ToJsonString(Indented).ReplaceLineEndings("\n") + "\n"), durable: false);

    /// <summary>The report as JSON.</summary>
    internal static JsonObject Of(RunReport report)
    {
        SummaryTable table = SummaryTable.Of(report.Groups);
        return new JsonObject
        {
            ["state"] = report.State,
            ["exit"] = new JsonObject { ["code"] = report.Code, ["reason"] = report.Reason, ["message"] = report.Message },
            ["scenario"] = report.Scenario.Name,
            ["description"] = report.Scenario.Description,
            ["seed"] = report.Scenario.Seed,
            ["clock"] = report.Scenario.Clock == ScenarioClock.Wall ? "wall" : "virtual",
            ["trials_done"] = report.Done,
            ["trials"] = report.Trials,
            ["expectations"] = new JsonArray([.. report.Expectations.Select(expectation => (JsonNode)Of(expectation))]),
            ["conditions"] = new JsonArray([.. report.Groups.Zip(table.Rows).Select(pair => (JsonNode)Of(pair.First, pair.Second.Rank))]),
            ["warnings"] = new JsonArray([.. table.Warnings.Select(warning =>
                (JsonNode)new JsonObject { ["where"] = warning.Group, ["message"] = warning.Message })]),
        };
    }

    private static JsonObject Of(JudgedExpectation judged)
    {
        ExpectationResult result = judged.Result;
        return new JsonObject
        {
            ["expectation"] = result.Expectation.Text,
            ["group"] = result.Group,
            ["metric"] = result.Expectation.Metric,
            ["measured"] = Number(result.Measured),
            ["reference"] = Number(result.Reference),
            ["min"] = Number(result.MinThreshold),
            ["max"] = Number(result.MaxThreshold),
            ["judged"] = !judged.LeftOut,
            ["holds"] = judged.LeftOut ? null : result.Holds,
            ["message"] = result.Message,
        };
    }

    private static JsonObject Of(ResultGroup group, RankedPolicy rank)
    {
        var metrics = new JsonObject();
        foreach (string metric in SummaryFile.Metrics)
        {
            MetricSummary summary = MetricSummary.Of(group, metric);
            metrics[metric] = new JsonObject
            {
                ["mean"] = Number(summary.Mean),
                ["std_seeds"] = Number(summary.StdSeeds),
                ["std_repeats"] = Number(summary.StdRepeats),
                ["ci_low"] = Number(summary.Ci.Low),
                ["ci_high"] = Number(summary.Ci.High),
                ["n"] = summary.Ci.Count,
            };
        }

        return new JsonObject
        {
            ["model"] = group.Model,
            ["policy"] = group.Policy,
            ["condition"] = group.Condition,
            ["base_condition"] = group.BaseCondition,
            ["swept"] = new JsonObject(group.Swept.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            ["swept_values"] = new JsonObject(group.SweptNumbers.Select(pair => KeyValuePair.Create(pair.Key,
                double.TryParse(pair.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? Number(number) : null))),
            ["training_seeds"] = group.TrainingSeeds,
            ["repeats"] = group.Repeats,
            ["requests"] = group.Requests,
            ["rank"] = rank.Rank,
            ["within_noise_of_best"] = rank.WithinNoise,
            ["metrics"] = metrics,
        };
    }

    private static JsonNode? Number(double? value) => value is { } number && double.IsFinite(number) ? JsonValue.Create(number) : null;
}
