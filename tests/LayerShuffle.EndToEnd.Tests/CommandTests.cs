using System.Text.Json;

namespace LayerShuffle.EndToEnd.Tests;

/// <summary>What the program tells a user: where it writes, what held and what did not.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly Workplace place = new();

    [Fact]
    public void Every_scenario_that_we_ship_is_valid()
    {
        string[] scenarios = Directory.GetFiles(Path.Combine(Repository.Root, "scenarios"), "*.yaml");
        scenarios.Length.ShouldBeGreaterThanOrEqualTo(4);
        using StringWriter output = new(), error = new();
        Cli.Commands.CommandLine.Invoke(["validate", .. scenarios], output, error).ShouldBe(0, error.ToString());
        Lines(output).Length.ShouldBe(scenarios.Length);
        Lines(error).Where(line => !line.Contains("dataset.path: there is no ", StringComparison.Ordinal)).ShouldBeEmpty(); // CIFAR need not be on this machine
    }

    [Fact]
    public async Task An_expectation_that_fails_ends_with_1_and_shows_what_was_measured()
    {
        string scenario = place.Write("wires.yaml", TinyScenario.Network + "expect: [{metric: latency_p50_ms, max: 30ms}, {metric: completed, min: 20}]\n");
        Program program = await place.Run("run", scenario, "--output", "out");
        program.ShouldEndWith(1);
        string[] verdicts = [.. program.Output.Split('\n')
            .Where(line => line.Contains("latency_p50_ms", StringComparison.Ordinal) || line.Contains("completed", StringComparison.Ordinal)).TakeLast(2)];
        verdicts[0].ShouldContain("FAILS");
        verdicts[0].ShouldContain("33");
        verdicts[1].ShouldContain("holds");
        verdicts[1].ShouldContain("20");
        File.ReadLines(place.At("out/conditions.csv")).Count().ShouldBe(2);

        Program without = await place.Run("run", scenario, "--output", "again", "--set", "expect=null");
        without.ShouldEndWith(0);
        without.Output.ShouldNotContain("Expectations");
    }

    [Fact]
    public async Task Results_are_never_overwritten()
    {
        string scenario = place.Write("wires.yaml", TinyScenario.Network);
        Directory.CreateDirectory(place.At("out"));
        place.Write("out/thesis.txt", "years of work");
        Program program = await place.Run("run", scenario, "--output", "out");
        program.ShouldEndWith(2);
        program.Error.ShouldContain("never overwritten");
        program.Error.ShouldContain("--resume out");
        Directory.GetFileSystemEntries(place.At("out")).ShouldHaveSingleItem();
        File.ReadAllText(place.At("out/thesis.txt")).ShouldBe("years of work");
    }

    [Fact]
    public async Task Without_a_word_on_it_results_go_to_a_folder_of_their_own_and_latest_points_there()
    {
        string scenario = place.Write("wires.yaml", TinyScenario.Network);
        (await place.Run("run", scenario)).ShouldEndWith(0);
        Program second = await place.Run("run", scenario);
        second.ShouldEndWith(0);
        string[] runs = [.. Directory.GetDirectories(place.At("results/wires")).Where(folder => Path.GetFileName(folder) != "latest")];
        runs.Length.ShouldBe(2);
        if (OperatingSystem.IsWindows())
            return; // links need a privilege there
        string latest = new DirectoryInfo(place.At("results/wires/latest")).ResolveLinkTarget(true)!.FullName;
        runs.Select(Path.GetFileName).ShouldContain(Path.GetFileName(latest));
        second.Output.ShouldContain(Path.GetFileName(latest));
    }

    [Fact]
    public async Task Progress_goes_to_stderr_in_plain_lines_and_the_table_to_stdout()
    {
        Program program = await place.Run("run", place.Write("wires.yaml", TinyScenario.Network), "--output", "out");
        program.ShouldEndWith(0);
        program.Error.ShouldContain("trial 1/1");
        program.Error.ShouldContain("seed 0");
        (program.Error + program.Output).ShouldNotContain("\u001b");
        (program.Error + program.Output).ShouldNotContain("\r");
        program.Output.ShouldContain("p95 ms");
        program.Output.ShouldContain("33");
        program.Output.ShouldNotContain("trial 1/1");

        // Which build it was: the same in the record as on request, with its commit where it was built from a checkout.
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(place.At("out/run.json")));
        string version = manifest.RootElement.GetProperty("versions").GetProperty("layershuffle").GetString()!;
        (await place.Run("--version")).Output.Trim().ShouldBe(version);
        version.ShouldMatch(Path.Exists(Path.Combine(Repository.Root, ".git")) ? @"^\d+\.\d+\.\d+\+[0-9a-f]{40}$" : @"^\d+\.\d+\.\d+");
    }

    [Fact]
    public async Task A_dry_run_runs_nothing_and_foretells()
    {
        Program program = await place.Run("run", place.Write("wires.yaml", TinyScenario.Network), "--dry-run");
        program.ShouldEndWith(0);
        program.Output.ShouldContain("takes 33 ms");
        Directory.Exists(place.At("results")).ShouldBeFalse();
    }

    public void Dispose() => place.Dispose();

    private static string[] Lines(StringWriter written) => written.ToString().Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
}
