using System.Text.Json;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Tests;

/// <summary>What people share tells no folder of theirs: files are named as the scenario names them.</summary>
public sealed class SharedPathTests
{
    [Fact]
    public void Only_the_scenario_that_a_run_is_resumed_by_has_absolute_paths()
    {
        using var cli = new Cli();
        Directory.CreateDirectory(cli.At("scenarios"));
        Directory.CreateDirectory(cli.At("measured"));
        cli.Write("measured/rtt.csv", "rtt_ms\n5\n7\n9\n");
        string file = cli.Write("scenarios/measured.yaml", """
            name: measured
            model: {architecture: none, num_hidden_layers: 2}
            cluster: {nodes: 2, compute_time: 2ms}
            network: {latency: {distribution: empirical, file: ../measured/rtt.csv}}
            workload: {requests: 3}
            """);
        string folder = cli.At("runs/out"), trace = cli.At("measured/rtt.csv");
        cli.Run("run", file, "--output", folder, "--summary", cli.At("summary.md")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Run("report", folder).ShouldBe(ExitCodes.Done, cli.Error);
        File.ReadAllText(Path.Combine(folder, "scenario.yaml")).ShouldContain(trace, customMessage: "from anywhere the run can be gone on with");
        foreach (string shared in (string[])["run.json", "results.json", "report.html", "../../summary.md"])
            File.ReadAllText(Path.Combine(folder, shared)).ShouldNotContain(trace, customMessage: shared);
        File.ReadAllText(Path.Combine(folder, "report.html")).ShouldContain("../measured/rtt.csv");
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "run.json")));
        json.RootElement.GetProperty("paths").EnumerateArray().Select(path => path.GetString()).ShouldBe(["../measured/rtt.csv"]);
        cli.Run("run", file, "--resume", folder).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Run("compare", folder, folder, "--html", cli.At("compared.html"), "--output", cli.At("compared.csv")).ShouldBe(ExitCodes.Done, cli.Error);
        foreach (string shared in (string[])["compared.html", "compared.csv"])
        {
            File.ReadAllText(cli.At(shared)).ShouldNotContain(cli.Folder, customMessage: shared);
            File.ReadAllText(cli.At(shared)).ShouldContain("runs/out", customMessage: shared);
        }
    }
}
