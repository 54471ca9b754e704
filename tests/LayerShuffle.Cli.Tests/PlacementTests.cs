using LayerShuffle.Core.Clusters;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Images;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Vision.Model;

namespace LayerShuffle.Cli.Tests;

/// <summary>Layers placed by capacity, as the user sees it.</summary>
public sealed class PlacementTests
{
    private const string Four = "name: four\nmodel: {architecture: none, num_hidden_layers: 4}\nworkload: {requests: 3}\n";

    [Fact]
    public void A_scenario_s_layers_are_as_large_as_the_model_s()
    {
        foreach (string variant in (string[])["standard", "layerdrop", "layershuffle", "layershuffle-position", "layershuffle-predict"])
        {
            foreach (bool biases in (bool[])[true, false])
            {
                var spec = new ModelSpec
                {
                    Name = "m",
                    Variant = variant,
                    HiddenSize = 24,
                    NumAttentionHeads = 2,
                    IntermediateSize = 40,
                    NumHiddenLayers = 3,
                    PositionEmbeddingSize = 8,
                    QkvBias = biases
                };
                VitConfig config = ModelSpecs.Config(spec, ["a", "b"]) with { QkvBias = biases, PositionEmbeddingSize = 8 };
                using VisionTransformer model = VisionTransformer.Create(config, 1);
                long bytes = sizeof(float) * model.Layers[0].parameters().Sum(parameter => parameter.numel());
                spec.LayerBytes.ShouldBe(bytes, variant);
                config.LayerBytes.ShouldBe(bytes, variant);
            }
        }
    }

    [Fact]
    public void Layers_that_do_not_fit_are_told_in_a_sentence() => ErrorText.Of(new PlacementException("this is too much", "more of that"), false)
        .ShouldBe("Error: The layers do not fit: this is too much. It takes more of that.");

    [Fact]
    public void A_dry_run_tells_where_layers_go()
    {
        using var cli = new Cli();
        string file = cli.Write("four.yaml", Four + "cluster: {nodes: {a: {capacity: 3}, b: {}, c: {memory: 0B}}, placement: capacity}\n");
        cli.Run("run", file, "--dry-run").ShouldBe(ExitCodes.Done);
        cli.Output.ShouldContain("    layers: a: 0 1 2; b: 3; c: none");
        cli.Run("run", file, "--dry-run", "--set", "clock=wall").ShouldBe(ExitCodes.Done);
        cli.Output.ShouldContain("    layers: known when the nodes have joined (b, c: `capacity` or `memory` is not given)");
        cli.Run("run", file, "--dry-run", "--set", "clock=wall", "--set", "cluster.nodes.b.capacity=1", "--set", "cluster.nodes.c.capacity=1")
            .ShouldBe(ExitCodes.Done);
        cli.Output.ShouldContain("    layers: a: 0 1 2; b: 3; c: none");
    }

    [Fact]
    public void It_runs_on_the_virtual_clock()
    {
        using var cli = new Cli();
        string file = cli.Write("four.yaml", Four + "cluster: {nodes: {a: {capacity: 3}, b: {}, c: {memory: 0B}}, placement: capacity}\n");
        cli.Run("run", file, "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        string[] hops = File.ReadAllLines(Path.Combine(cli.At("out"), "hops.csv"));
        string[] header = hops[0].Split(',');
        int layer = Array.IndexOf(header, "layer"), to = Array.IndexOf(header, "to");
        hops.Skip(1).Select(row => row.Split(',')).Where(row => row[layer].Length > 0).Select(row => $"{row[layer]} {row[to]}").Distinct().Order()
            .ShouldBe(["0 a", "1 a", "2 a", "3 b"]);
    }
}
