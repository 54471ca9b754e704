using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using LayerShuffle.Core.Records;
using LayerShuffle.Results.Expectations;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Results.Tests;

/// <summary>Results are the same wherever the machine stands.</summary>
public class CultureTests
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private static readonly string[] Keys = ["network.loss"];
    private static readonly Dictionary<string, string> Where = new() { ["network.loss"] = "2.5%" };

    [Theory]
    [MemberData(nameof(Cultures.Names), MemberType = typeof(Cultures))]
    public void Files_what_is_read_from_them_and_what_is_said_of_them_are_the_same(string culture)
    {
        using var here = new TemporaryDirectory();
        using var there = new TemporaryDirectory();
        string[] expected = Everything(here.Path);
        CultureInfo.CurrentCulture.Name.ShouldNotBe(culture);
        string[] same = Cultures.Under(culture, () => Everything(there.Path));
        same.ShouldBe(expected);
        expected[1].ShouldContain("10.25"); // a number that a comma would tear apart

        // Written here, read there.
        Cultures.Under(culture, () => Read(here.Path)).ShouldBe(expected[1]);
    }

    private static string[] Everything(string folder)
    {
        using (var writer = new ResultsWriter(folder, 7, "İstanbul-ışık", Keys))
        {
            writer.WriteTraining([new TrainingRecord("INIT", 0, 1, 79, 2.25, 2.125, 1234567.5, 1e-3, 0.5, 0.1)]);
            for (int repeat = 0; repeat < 2; repeat++)
            {
                TrialRecord trial = Sample.Trial(
                    Sample.Key(repeat, "INIT", condition: "idle[network.loss=2.5%]", repeat: repeat),
                        [Sample.Completed(0, 10.25 + repeat), Sample.Completed(1, 1234.5), Sample.Missed(2)]);
                writer.WriteTrial(trial, Where);
            }

            writer.WriteSummary();
        }

        return [string.Join("\n", Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllText)), Read(folder)];
    }

    /// <summary>All that is known of a run's folder, and the sentences on it.</summary>
    private static string Read(string folder)
    {
        IReadOnlyList<TrialData> trials = ResultsReader.Trials(folder);
        IReadOnlyList<ResultGroup> groups = ResultGroup.Of(trials);
        ExpectationResult[] results = [.. ExpectationEvaluator.Evaluate(
            [new Expectation("latency_p50_ms", "INIT", "idle", null, Where, 1.5, 2000.25, null, false, "x"),
                new Expectation("top1", "init", null, null, Where, 0.125, null, null, false, "y")], groups)];
        return JsonSerializer.Serialize(new { trials, results, warnings = WeakResults.In(groups) }, Json);
    }
}
