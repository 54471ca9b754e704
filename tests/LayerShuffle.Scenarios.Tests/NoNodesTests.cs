namespace LayerShuffle.Scenarios.Tests;

/// <summary>A cluster without nodes is a mistake, whatever else there is to look at.</summary>
public sealed class NoNodesTests
{
    /// <summary>Found by the swarm, which shrank another scenario to this one: what nodes share was asked of none of them.</summary>
    [Theory]
    [InlineData("routing: {timeout: 20ms}")]
    [InlineData("network: {bandwidth: 1Mbps, latency: 5ms}\nrouting: {timeout: 1ms, retries: 3}\nfaults: {a: {kind: crash, nodes: all, at: 0s}}")]
    public void A_cluster_without_nodes_is_told_and_does_no_harm(string rest) =>
        Some.Mistakes($"name: a\nmodel: none\ncluster: {{nodes: {{}}}}\nworkload: {{requests: 1}}\n{rest}\n")
            .ShouldContain(mistake => mistake.Contains("a cluster without nodes", StringComparison.Ordinal));
}
