using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Tests;

/// <summary>Mistakes a user makes: a sentence and the right exit code for each.</summary>
public class MistakeTests
{
    private const string Valid = "name: tiny\nmodel: none\nworkload: {requests: 3}\n";

    [Theory]
    [InlineData("routng: {retries: 1}", "routing")]
    [InlineData("network: {latency: 5}", "network.latency")]
    [InlineData("network: {loss: 120%}", "network.loss")]
    [InlineData("faults: {a: {kind: crash, nodes: [node-9], at: 0s}}", "node-9")]
    [InlineData("sweep: {network.los: [1%]}", "network.loss")]
    [InlineData("conditions: [unclosed", "tiny.yaml:")]
    public void A_mistake_in_a_scenario_ends_with_2_and_names_the_place(string line, string named)
    {
        using var cli = new Cli();
        string file = cli.Write("tiny.yaml", Valid + line + "\n");
        cli.Run("run", file, "--output", cli.At("out")).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain(named);
        cli.Error.ShouldContain(line.EndsWith("unclosed", StringComparison.Ordinal) ? "tiny.yaml:5" : "tiny.yaml:4");
        Directory.Exists(cli.At("out")).ShouldBeFalse();
        cli.Run("validate", file).ShouldBe(ExitCodes.Invalid);
    }

    [Fact]
    public void A_missing_scenario_ends_with_2()
    {
        using var cli = new Cli();
        cli.Run("run", cli.At("absent.yaml")).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("absent.yaml");
    }

    [Fact]
    public void An_unknown_option_ends_with_2()
    {
        using var cli = new Cli();
        cli.Run("run", "x.yaml", "--sed", "4").ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("--sed");
        cli.Run("frobnicate").ShouldBe(ExitCodes.Invalid);
    }

    [Fact]
    public void A_missing_dataset_ends_with_3_and_names_the_folder()
    {
        using var cli = new Cli();
        string file = cli.Write("tiny.yaml", "name: tiny\ndataset: {kind: cifar10, path: absent-folder}\n");
        cli.Run("run", file, "--output", cli.At("out")).ShouldBe(ExitCodes.RunFailed);
        cli.Error.ShouldContain("absent-folder");
    }

    [Fact]
    public void An_unwritable_output_folder_ends_with_3()
    {
        using var cli = new Cli();
        string file = cli.Write("tiny.yaml", Valid);
        cli.Run("run", file, "--output", Path.Combine(file, "below-a-file")).ShouldBe(ExitCodes.RunFailed);
        cli.Error.ShouldContain("below-a-file");
    }

    [Fact]
    public void A_truncated_safetensors_file_ends_with_3_and_names_it()
    {
        using var cli = new Cli();
        string input = cli.At("x.safetensors");
        File.WriteAllBytes(input, [200, 0, 0, 0, 0, 0, 0, 0, (byte)'{']);
        Directory.CreateDirectory(cli.At("model"));
        cli.Run("predict", "--model", cli.At("model"), "--input", input, "--output", cli.At("y.safetensors")).ShouldBe(ExitCodes.RunFailed);
        cli.Error.ShouldContain("config.json");
    }

    [Fact]
    public void A_cuda_device_that_is_not_there_ends_with_2()
    {
        using var cli = new Cli();
        string file = cli.Write("tiny.yaml", "name: tiny\ndataset: {kind: shapes, train: 20, test: 20}\n");
        cli.Run("run", file, "--output", cli.At("out"), "--device", "cuda:99").ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("--device");
    }
}
