using LayerShuffle.Runs.Options;

namespace LayerShuffle.Runs.Tests;

/// <summary>A campaign of soft errors is told how much it can say.</summary>
public sealed class SoftErrorTests : IDisposable
{
    private readonly Scratch scratch = new();

    [Fact]
    public void A_dry_run_says_how_well_the_flips_tell_the_share_of_harmful_ones()
    {
        // A layer of width 16 has 2,224 weights, three of them 6,672; in the exponent of each are eight bits: 53,376 possible flips.
        string scenario = scratch.Write("soft.yaml", """
            name: soft
            repeats: 4
            dataset: {kind: shapes, test: 100}
            model: {hidden_size: 16, num_attention_heads: 2, intermediate_size: 32, num_hidden_layers: 3, training: {epochs: 0}}
            cluster: {nodes: 3}
            workload: {requests: 5}
            conditions:
              clean: {}
              struck: {faults: {soft: {kind: memory, nodes: all, at: 0s, flips: 5, field: exponent}}}

            """);
        string line = RunPlan.Load(new RunOptions { Scenario = scenario, Output = scratch.At("out") }).Foretell()
            .Single(text => text.StartsWith("soft errors:", StringComparison.Ordinal));
        line.ShouldContain("default, struck, soft: of 5.338E+4 possible flips 60 are injected"); // 4 repeats on 3 nodes
        line.ShouldContain("to ±12.6% at 95%"); // 1.96 · √(0.25 · (53,376 − 60) ÷ (60 · 53,375))
        line.ShouldContain("±5% takes 382, ±1% takes 8140");
    }

    public void Dispose() => scratch.Dispose();
}
