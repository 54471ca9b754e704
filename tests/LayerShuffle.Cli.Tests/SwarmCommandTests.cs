using LayerShuffle.Runs.Failures;
using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;

namespace LayerShuffle.Cli.Tests;

/// <summary><c>swarm</c>, <c>calibrate</c>, and <c>run</c> under many seeds, as a user has them.</summary>
public sealed class SwarmCommandTests : IDisposable
{
    private const string Wires = """
        name: wires
        model: {architecture: none, num_hidden_layers: 4}
        cluster: {nodes: 4, compute_time: 2ms}
        network: {latency: 5ms, loss: 20%}
        routing: {on_failure: fail, retries: 0, timeout: 40ms}
        workload: {requests: 30}
        expect: [{metric: completion, min: 99%}]

        """;

    private readonly Cli cli = new();

    [Fact]
    public void A_swarm_says_what_it_has_looked_at()
    {
        cli.Run("swarm", "--seeds", "1..3", "--output", cli.At("failed")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Output.ShouldStartWith("3 scenario(s), ");
        cli.Output.ShouldContain("everything holds.");
        Directory.Exists(cli.At("failed")).ShouldBeFalse();
        cli.Run("swarm", cli.Write("wires.yaml", Wires)).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Output.ShouldStartWith("1 scenario(s), 1 trials, ");
    }

    [Fact]
    public void A_swarm_of_nothing_is_told()
    {
        cli.Run("swarm").ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("--seeds A..B, or a scenario");
        cli.Run("swarm", "--seeds", "9..1").ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("did you mean 1..9?");
        cli.Run("swarm", cli.Write("bad.yaml", "name: bad\n")).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("is not judged");
    }

    [Fact]
    public void Seeds_under_which_an_expectation_does_not_hold_are_named_with_the_line_that_runs_the_first()
    {
        string file = cli.Write("wires.yaml", Wires);
        cli.Run("run", file, "--seeds", "1..2", "--output", cli.At("out")).ShouldBe(ExitCodes.ExpectationFailed, cli.Error);
        cli.Output.ShouldContain("a folder for each of 2 seeds");
        cli.Output.ShouldContain("Seed 1:");
        cli.Output.ShouldContain($"All expectations hold under 0 of 2 seeds; the first under which one does not: layershuffle run {file} --seed 1");
        cli.Run("run", file, "--seeds", "1..2", "--seed", "3").ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("leave --seed out");
    }

    [Fact]
    public void A_calibration_is_yaml_of_a_scenario()
    {
        using (VisionTransformer model = VisionTransformer.Create(
            new VitConfig { ImageSize = 16, PatchSize = 8, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 32 }, 1))
            ModelFolder.Save(cli.At("model"), model, Preprocessor.For(model.Config));
        cli.Run("calibrate", "--model", cli.At("model"), "--rounds", "3", "--images", "1,4", "--threads", "1").ShouldBe(ExitCodes.Done, cli.Error);
        ScenarioLoader.Parse("name: a\nmodel: none\nworkload: {requests: 1}\n" + cli.Output, "a", "/").Mistakes.ShouldBeEmpty(cli.Output);
        cli.Output.ShouldContain("#   4 image(s): ");
        cli.Output.ShouldContain("compute_time: {base: ");
        cli.Run("calibrate", "--model", cli.At("model"), "--images", "0").ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("is not a number of images");
    }

    public void Dispose() => cli.Dispose();
}
