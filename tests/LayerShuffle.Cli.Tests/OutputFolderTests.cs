using System.Text.Json;
using LayerShuffle.Cli.Tests.Terminal;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Folders;

namespace LayerShuffle.Cli.Tests;

/// <summary>What a run leaves behind, and what its record says.</summary>
public sealed class OutputFolderTests : IDisposable
{
    private const string Wires = "name: wires\nmodel: none\ncluster: {nodes: 2}\nnetwork: {latency: 5ms}\nworkload: {requests: 40}\n";
    private readonly Cli cli = new();
    private readonly FakeTime time = new();

    [Fact]
    public void A_run_that_fails_before_its_first_row_leaves_no_folder_nor_those_above_it()
    {
        string file = cli.Write("tiny.yaml", "name: tiny\ndataset: {kind: cifar10, path: absent-folder}\n");
        cli.Run("run", file, "--output", cli.At("a/b/c")).ShouldBe(ExitCodes.RunFailed);
        Directory.Exists(cli.At("a")).ShouldBeFalse();
        cli.Error.ShouldNotContain("--resume");
        cli.Error.ShouldContain("is removed");

        Directory.CreateDirectory(cli.At("mine"));
        cli.Run("run", file, "--output", cli.At("mine/c")).ShouldBe(ExitCodes.RunFailed);
        Directory.Exists(cli.At("mine")).ShouldBeTrue();
        Directory.EnumerateFileSystemEntries(cli.At("mine")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("--device", "gpu")]
    [InlineData("--device", "cuda:x")]
    [InlineData("--listen", "127.0.0.1:4000", "--workers", "1")]
    [InlineData("--metrics", "prometheus:0")]
    public void Usage_is_checked_before_anything_is_written(params string[] wrong)
    {
        cli.Run(["run", cli.Write("wires.yaml", Wires), "--output", cli.At("out"), .. wrong]).ShouldBe(ExitCodes.Invalid);
        Directory.Exists(cli.At("out")).ShouldBeFalse();
        cli.Error.ShouldContain(wrong[0]);
    }

    [Fact]
    public void The_record_ends_with_the_expectations_and_what_was_measured()
    {
        string file = cli.Write("wires.yaml", Wires + "expect: [{metric: completed, min: 40}, {metric: latency_p50_ms, max: 1ms}]\n");
        cli.Run("run", file, "--output", cli.At("out")).ShouldBe(ExitCodes.ExpectationFailed);
        JsonElement root = Manifest();
        root.GetProperty("state").GetString().ShouldBe("done");
        root.GetProperty("exit").GetProperty("code").GetInt32().ShouldBe(1);
        root.GetProperty("exit").GetProperty("reason").GetString().ShouldBe("expectation_failed");
        JsonElement[] expectations = [.. root.GetProperty("expectations").EnumerateArray()];
        expectations.Select(each => each.GetProperty("holds").GetBoolean()).ShouldBe([true, false]);
        expectations[0].GetProperty("measured").GetDouble().ShouldBe(40);
        expectations[1].GetProperty("measured").GetDouble().ShouldBeGreaterThan(5);
        expectations[1].GetProperty("max").GetDouble().ShouldBe(1);
        Directory.EnumerateFiles(cli.At("out"), "*.tmp").ShouldBeEmpty();
        File.Exists(cli.At("out/run.lock")).ShouldBeFalse();

        cli.Run("run", file, "--output", cli.At("good"), "--set", "expect=null").ShouldBe(ExitCodes.Done);
        Manifest("good").GetProperty("exit").GetProperty("reason").GetString().ShouldBe("done");
    }

    [Fact]
    public void A_run_that_fails_in_the_middle_keeps_what_is_finished_and_says_why()
    {
        string file = cli.Write("wires.yaml", Wires);
        cli.Run("run", file, "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        // What only the run's own end finds out: the summary's place is taken.
        File.Delete(cli.At("out/summary.csv"));
        Directory.CreateDirectory(cli.At("out/summary.csv"));
        cli.Run("run", file, "--resume", cli.At("out")).ShouldBe(ExitCodes.RunFailed);
        cli.Error.ShouldContain("go on with: layershuffle run");
        cli.Error.ShouldContain("And the summary cannot be written");
        JsonElement root = Manifest();
        root.GetProperty("state").GetString().ShouldBe("failed");
        root.GetProperty("exit").GetProperty("code").GetInt32().ShouldBe(3);
        root.GetProperty("exit").GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
        Directory.Delete(cli.At("out/summary.csv"));
        cli.Run("run", file, "--resume", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
    }

    [Fact]
    public void The_words_to_go_on_keep_all_options_but_where_results_go()
    {
        string file = cli.Write("a b.yaml", Wires);
        cli.Run("run", file, "--output", cli.At("out"), "--set", "description=it's", "--seed=3").ShouldBe(ExitCodes.Done, cli.Error);
        File.Delete(cli.At("out/summary.csv"));
        Directory.CreateDirectory(cli.At("out/summary.csv"));
        cli.Run("run", file, "--retrain", "--resume=" + cli.At("out"), "--set", "description=it's", "--seed=3").ShouldBe(ExitCodes.RunFailed);
        cli.Error.ShouldContain($"go on with: layershuffle run '{file}' --set 'description=it'\\''s' --seed 3 --resume {cli.At("out")}\n");
    }

    [Fact]
    public void While_a_run_is_alive_nobody_else_has_its_folder_and_the_scenario_is_written_once()
    {
        using (OutputFolder first = OutputFolder.Create(cli.At("out"), "wires", "text\n", time))
        {
            Should.Throw<UsageException>(() => OutputFolder.Resume(cli.At("out"), "text\n", time)).Message.ShouldContain($"process {Environment.ProcessId}");
            Should.Throw<UsageException>(() => OutputFolder.Create(cli.At("out"), "wires", "text\n", time)).Message.ShouldContain("never overwritten");
            File.ReadAllText(cli.At("out/scenario.yaml")).ShouldBe("text\n");
        }

        DateTime written = File.GetLastWriteTimeUtc(cli.At("out/scenario.yaml"));
        File.WriteAllText(cli.At("out/model.safetensors.99.1.tmp"), "half");
        using (OutputFolder.Resume(cli.At("out"), "text\n", time))
            File.Exists(cli.At("out/model.safetensors.99.1.tmp")).ShouldBeFalse();
        File.GetLastWriteTimeUtc(cli.At("out/scenario.yaml")).ShouldBe(written);
        File.Exists(cli.At("out/run.lock")).ShouldBeFalse();
    }

    [Fact]
    public void What_a_run_that_was_killed_at_its_very_beginning_left_is_in_nobodys_way()
    {
        Directory.CreateDirectory(cli.At("out"));
        cli.Write("out/scenario.yaml.tmp", "na");
        cli.Write("out/run.lock", "");
        using OutputFolder folder = OutputFolder.Create(cli.At("out"), "wires", "text\n", time);
        File.ReadAllText(cli.At("out/scenario.yaml")).ShouldBe("text\n");
        File.Exists(cli.At("out/scenario.yaml.tmp")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("conditions.csv", "")]
    [InlineData("conditions.csv", "trial,mod")]
    [InlineData("requests.csv", "")]
    [InlineData("training.csv", "mo")]
    public void A_run_that_was_killed_while_it_wrote_its_headers_can_be_resumed(string name, string left)
    {
        string file = cli.Write("wires.yaml", Wires);
        cli.Run("run", file, "--output", cli.At("whole")).ShouldBe(ExitCodes.Done, cli.Error);
        Directory.CreateDirectory(cli.At("out"));
        File.Copy(cli.At("whole/scenario.yaml"), cli.At("out/scenario.yaml"));
        cli.Write("out/" + name, left);
        cli.Run("run", file, "--resume", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        foreach (string each in Directory.EnumerateFiles(cli.At("whole"), "*.csv"))
            File.ReadAllBytes(cli.At("out/" + Path.GetFileName(each))).ShouldBe(File.ReadAllBytes(each), each);
    }

    public void Dispose() => cli.Dispose();

    private JsonElement Manifest(string folder = "out") => JsonDocument.Parse(File.ReadAllBytes(cli.At($"{folder}/run.json"))).RootElement.Clone();
}
