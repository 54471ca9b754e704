using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using LayerShuffle.Results;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Tests;

/// <summary>Journeys of requests to a trained model: the margins of its answers, the trial without its fault; and trainings for TensorBoard.</summary>
[Collection(TrainedOnce.Name)]
public sealed partial class ExplainModelTests : IDisposable
{
    private readonly Cli cli = new();

    public ExplainModelTests() => Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", cli.At("cache"));

    [Fact]
    public void Margins_count_the_answers_that_the_run_counted_and_without_the_fault_it_is_the_undisturbed_run()
    {
        string file = cli.Write("kept.yaml", TrainedOnce.Scenario + """
            network: {latency: 5ms}
            routing: {timeout: 40ms, retries: 0, on_failure: skip}
            conditions:
              ideal: {}
              down: {faults: {outage: {kind: crash, nodes: [node-2], at: 0s}}}
            trace: all

            """);
        cli.Run("run", file, "--output", cli.At("out"), "--only", "model=plain", "--format", "tensorboard").ShouldBe(ExitCodes.Done, cli.Error);
        string[] disturbed = Cells("correct", "down"), ideal = Cells("correct", "ideal"), losses = Losses("down"), idealLosses = Losses("ideal");
        losses.ShouldNotBe(idealLosses);
        for (int request = 0; request < disturbed.Length; request++)
        {
            cli.Run("explain", cli.At("out"), "--request", $"{request}", "--condition", "down", "--without", "outage").ShouldBe(ExitCodes.Done, cli.Error);
            cli.Output.ShouldNotContain("warning:");
            string margins = cli.Output.Split('\n').First(line => line.StartsWith("Margins ", StringComparison.Ordinal));
            Right().Matches(margins).Select(match => match.Groups[1].Value).ShouldBe([disturbed[request], ideal[request]]);
            cli.Output.ShouldContain(disturbed[request] == ideal[request] ? $"  correct   {ideal[request]}, as it was"
                : $"  correct   {ideal[request]} instead of {disturbed[request]}");
            cli.Output.ShouldContain($" right, loss {losses[request]}.\n");
            cli.Output.ShouldContain(losses[request] == idealLosses[request] ? $"  loss      {losses[request]}, as it was"
                : $"  loss      {idealLosses[request]} instead of {losses[request]}");
        }

        string events = Directory.EnumerateFiles(cli.At("out/tensorboard/plain/seed-0")).ShouldHaveSingleItem();
        Path.GetFileName(events).ShouldStartWith("events.out.tfevents.");
        string bytes = Encoding.Latin1.GetString(File.ReadAllBytes(events));
        foreach (string tag in (string[])["loss/all", "learning_rate", "top1/sequential", "top1/arbitrary"])
            Regex.Count(bytes, Regex.Escape(tag)).ShouldBe(2, tag); // two epochs
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", null);
        cli.Dispose();
    }

    private string[] Cells(string column, string condition) =>
        [.. ResultsReader.Rows(cli.At("out/requests.csv")).Where(row => row["condition"] == condition).Select(row => row[column])];

    private string[] Losses(string condition) => [.. Cells("loss", condition)
        .Select(loss => double.Parse(loss, CultureInfo.InvariantCulture).ToString("0.####", CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"(\d+) of \d+ right")]
    private static partial Regex Right();
}
