using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Tests;

/// <summary>Runs without a model: the whole path from scenario to CSV, in a second.</summary>
public class NetworkRunTests
{
    private const string Scenario = """
        name: tiny
        seed: 5
        model: {architecture: none, num_hidden_layers: 4, hidden_size: 32, image_size: 32, patch_size: 8}
        cluster: {nodes: 4, compute_time: 2ms}
        network: {latency: {distribution: normal, mean: 5ms, stddev: 1ms}, loss: 5%, duplicate: 2%, reorder: 5%}
        routing: {timeout: 40ms, retries: 1}
        workload: {requests: 200, arrivals: {concurrency: 2}, deadline: 2s}
        faults:
          outage: {kind: crash, nodes: [node-2], at: 500ms, restart_after: 500ms}
        conditions:
          exact: {network: {latency: 5ms, loss: 0%, duplicate: 0%, reorder: 0%}, faults: null, workload: {arrivals: {concurrency: 1}}}
          rough: {}
        sweep:
          routing.order: [sequential, arbitrary]
        """;

    private static readonly string[] Files = ["conditions.csv", "requests.csv", "hops.csv", "faults.csv", "links.csv", "training.csv", "summary.csv"];

    [Fact]
    public void Two_runs_of_one_seed_are_byte_identical_and_another_seed_differs()
    {
        using var cli = new Cli();
        string scenario = cli.Write("tiny.yaml", Scenario);
        cli.Run("run", scenario, "--output", cli.At("a")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Run("run", scenario, "--output", cli.At("b")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Run("run", scenario, "--output", cli.At("c"), "--seed", "6").ShouldBe(ExitCodes.Done, cli.Error);
        foreach (string file in Files)
            File.ReadAllBytes(cli.At($"b/{file}")).ShouldBe(File.ReadAllBytes(cli.At($"a/{file}")), file);
        File.ReadAllBytes(cli.At("c/requests.csv")).ShouldNotBe(File.ReadAllBytes(cli.At("a/requests.csv")));
    }

    [Fact]
    public void Latencies_of_the_exact_condition_are_the_closed_form()
    {
        using var cli = new Cli();
        cli.Run("run", cli.Write("tiny.yaml", Scenario), "--output", cli.At("a")).ShouldBe(ExitCodes.Done, cli.Error);
        string[][] rows = [.. File.ReadLines(cli.At("a/requests.csv")).Skip(1).Select(line => line.Split(',')).Where(row => row[0] is "0" or "1")];
        rows.Length.ShouldBeGreaterThan(0);
        File.ReadAllText(cli.At("a/conditions.csv")).ShouldContain("exact[routing.order=sequential]");
        File.ReadLines(cli.At("a/requests.csv")).Where(line => line.Contains("exact[", StringComparison.Ordinal))
            .ShouldAllBe(line => line.Contains(",33,", StringComparison.Ordinal));
    }

    [Fact]
    public void An_output_folder_is_never_overwritten_and_a_finished_run_resumes_to_itself()
    {
        using var cli = new Cli();
        string scenario = cli.Write("tiny.yaml", Scenario), folder = cli.At("a");
        cli.Run("run", scenario, "--output", folder).ShouldBe(ExitCodes.Done, cli.Error);
        byte[] before = File.ReadAllBytes(Path.Combine(folder, "conditions.csv"));
        cli.Run("run", scenario, "--output", folder).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("never overwritten");
        cli.Run("run", scenario, "--resume", folder).ShouldBe(ExitCodes.Done, cli.Error);
        File.ReadAllBytes(Path.Combine(folder, "conditions.csv")).ShouldBe(before);
        cli.Run("run", scenario, "--resume", folder, "--seed", "9").ShouldBe(ExitCodes.Invalid);
    }

    [Fact]
    public void A_cut_off_run_resumes_to_the_same_bytes()
    {
        using var cli = new Cli();
        string scenario = cli.Write("tiny.yaml", Scenario);
        cli.Run("run", scenario, "--output", cli.At("whole")).ShouldBe(ExitCodes.Done, cli.Error);
        Directory.CreateDirectory(cli.At("cut"));
        foreach (string file in Directory.GetFiles(cli.At("whole")))
            File.Copy(file, cli.At("cut/" + Path.GetFileName(file)));
        string[] conditions = File.ReadAllLines(cli.At("cut/conditions.csv"));
        File.WriteAllText(cli.At("cut/conditions.csv"), string.Join('\n', conditions[..3]) + "\n" + conditions[3][..10]); // two trials and half a row
        cli.Run("run", scenario, "--resume", cli.At("cut")).ShouldBe(ExitCodes.Done, cli.Error);
        foreach (string file in Files)
            File.ReadAllBytes(cli.At($"cut/{file}")).ShouldBe(File.ReadAllBytes(cli.At($"whole/{file}")), file);
    }

    [Theory]
    [InlineData("min: 99%", ExitCodes.ExpectationFailed)]
    [InlineData("min: 10%", ExitCodes.Done)]
    public void Expectations_decide_the_exit_code(string limit, int code)
    {
        using var cli = new Cli();
        string text = Scenario
            + $"\nexpect:\n  - {{metric: completed, condition: rough, {limit}, of: {{condition: exact}}}}\n  - {{metric: layers_skipped_mean, condition: "
            + "exact, max: 0}\n";
        string fail = text.Replace("retries: 1}", "retries: 0, on_failure: fail}", StringComparison.Ordinal);
        cli.Run("run", cli.Write("tiny.yaml", fail), "--output", cli.At("a")).ShouldBe(code, cli.Output + cli.Error);
        cli.Output.ShouldContain(code == ExitCodes.Done ? "holds  " : "FAILS  ");
    }

    [Fact]
    public void A_dry_run_foretells_and_writes_nothing()
    {
        using var cli = new Cli();
        cli.Run("run", cli.Write("tiny.yaml", Scenario), "--output", cli.At("a"), "--dry-run").ShouldBe(ExitCodes.Done, cli.Error);
        cli.Output.ShouldContain("takes 33 ms");
        cli.Output.ShouldContain("outage begins on node-2");
        Directory.Exists(cli.At("a")).ShouldBeFalse();
    }
}
