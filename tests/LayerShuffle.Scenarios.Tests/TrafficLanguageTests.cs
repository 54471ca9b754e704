using LayerShuffle.Core.Clusters;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>What is written of traffic and its cost is what a trial is given.</summary>
public sealed class TrafficLanguageTests
{
    [Fact]
    public void Rates_that_links_share_are_read()
    {
        IReadOnlyList<NodeSpec> nodes = Cluster("nodes: {a: {uplink: 20Mbps, downlink: 100Mbps}, b: {uplink: unlimited}, c: {downlink: 1MB/s}}").Nodes;
        nodes.Select(node => (node.UplinkBytesPerSecond, node.DownlinkBytesPerSecond)).ShouldBe([(2.5e6, 12.5e6), (null, null), (null, 1e6)]);
    }

    [Fact]
    public void A_timeout_under_what_every_hop_waits_for_shared_rates_is_warned_about()
    {
        // 8 layers of 65 tokens of 96 numbers: 24,960 bytes, 0.2 s at 1 Mbps.
        const string text = "name: x\nmodel: none\nworkload: {requests: 5}\nrouting: {timeout: 150ms}\ncluster: {nodes: {a: {uplink: 1Mbps, downlink: 1Mbps}, b: "
            + "{uplink: 1Mbps, downlink: 1Mbps}}}\n";
        Some.Warnings(text).ShouldHaveSingleItem().ShouldStartWith("s.yaml:4:20: routing.timeout: 150ms is shorter than a round trip plus size ÷ bandwidth");
        Some.Warnings(text.Replace("150ms", "500ms", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void A_rate_that_an_activation_takes_years_for_is_a_mistake() =>
        Some.Mistakes("name: x\nmodel: none\nworkload: {requests: 5}\ncluster: {nodes: {a: {uplink: 0.001bps}, b: {}}}\n")
            .ShouldHaveSingleItem().ShouldStartWith("s.yaml:4:31: cluster.nodes.a.uplink: an activation of ");

    private static ClusterSpec Cluster(string text) => Variant($"cluster: {{{text}}}").Cluster;

    private static TrialVariant Variant(string text) =>
        Some.Valid($"name: x\nmodel: none\n{(text.Contains("workload", StringComparison.Ordinal) ? "" : "workload: {requests: 5}\n")}{text}\n").Conditions[0];
}
