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
        const string text = "name: x\nmodel: none\nworkload: {requests: 5}\nrouting: {timeout: 150ms}\n"
            + "cluster: {nodes: {a: {uplink: 1Mbps, downlink: 1Mbps}, b: {uplink: 1Mbps, downlink: 1Mbps}}}\n";
        Some.Warnings(text).ShouldHaveSingleItem().ShouldStartWith("s.yaml:4:20: routing.timeout: 150ms is shorter than a round trip plus size ÷ bandwidth");
        Some.Warnings(text.Replace("150ms", "500ms", StringComparison.Ordinal))
            .ShouldNotContain(warning => warning.Contains("shorter", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rate_that_an_activation_takes_years_for_is_a_mistake() =>
        Some.Mistakes("name: x\nmodel: none\nworkload: {requests: 5}\ncluster: {nodes: {a: {uplink: 0.001bps}, b: {}}}\n")
            .ShouldHaveSingleItem().ShouldStartWith("s.yaml:4:31: cluster.nodes.a.uplink: an activation of ");

    [Fact]
    public void Power_price_and_energy_are_read()
    {
        ClusterSpec cluster = Cluster("energy_per_bit: 50nJ, nodes: {a: {power: {idle: 2.7W, compute: 6400mW}, price: 0.05/h}, "
            + "b: {power: {idle: 0W, compute: 1kW}, price: 0.001/m}}");
        cluster.JoulesPerBit.ShouldNotBeNull().ShouldBe(50e-9, 1e-20);
        cluster.Nodes.Select(node => node.Power).ShouldBe([new PowerSpec(2.7, 6.4), new PowerSpec(0, 1000)]);
        cluster.Nodes.Select(node => node.PricePerHour!.Value).ShouldBe([0.05, 0.06], 1e-12);
    }

    [Theory]
    [InlineData("power: {idle: 2.7, compute: 6W}",
        "cluster.nodes.a.power.idle: a bare number where a unit is needed; expected a power such as `2.7W` or `350mW`")]
    [InlineData("power: {idle: 1J, compute: 6W}", "cluster.nodes.a.power.idle: unknown unit `J`")]
    [InlineData("power: {idle: -1W, compute: 6W}", "cluster.nodes.a.power.idle: a power cannot be negative")]
    [InlineData("power: {compute: 6W}", "cluster.nodes.a.power.idle: missing key `idle`")]
    [InlineData("price: 0.05", "cluster.nodes.a.price: a bare number where a unit is needed; expected a price such as `0.05/h`")]
    [InlineData("price: 0.05/W", "cluster.nodes.a.price: unknown unit `/W`")]
    public void What_is_wrong_with_power_and_price_is_told(string key, string mistake) =>
        Some.Mistakes($"name: x\nmodel: none\nworkload: {{requests: 5}}\ncluster: {{nodes: {{a: {{{key}}}}}}}\n").ShouldHaveSingleItem().ShouldContain(mistake);

    [Fact]
    public void Where_only_some_have_power_or_a_price_it_is_said()
    {
        string[] warnings = Some.Warnings("name: x\nmodel: none\nworkload: {requests: 5}\n"
            + "cluster: {compute_time: 1ms, nodes: {a: {power: {idle: 1W, compute: 2W}, price: 1/h}, b: {}}}\n");
        warnings.ShouldBe(
        [
            "s.yaml:4:37: cluster.nodes: b without `power` while others have one: the energy of a trial counts that as nothing",
            "s.yaml:4:37: cluster.nodes: b without `price` while others have one: the cost of a trial counts that as nothing",
        ]);
    }

    [Theory]
    [InlineData("energy_j_per_image", "is blank where nothing is known of energy")]
    [InlineData("cost_per_1000_images", "is blank where no node has a price")]
    [InlineData("flops_per_image", "is blank with `model: none`")]
    [InlineData("goodput_images_per_s", "is blank with `model: none`")]
    public void An_expectation_of_what_is_blank_is_a_mistake(string metric, string problem) =>
        Some.Mistakes($"name: x\nmodel: none\nworkload: {{requests: 5}}\nexpect: [{{metric: {metric}, max: 1}}]\n").ShouldHaveSingleItem()
            .ShouldStartWith($"s.yaml:4:19: expect[0].metric: `{metric}` {problem}");

    [Fact]
    public void Warm_up_and_healing_are_read()
    {
        LayerShuffle.Core.Workloads.WorkloadSpec workload = Variant("workload: {requests: 5, warm_up: 2s, heal_after: 30s, deadline: 1m}").Workload;
        (workload.WarmUp.TotalSeconds, workload.HealAfter?.TotalSeconds, workload.MeasuredFrom.TotalSeconds).ShouldBe((2, 30, 2));
        Variant("workload: {requests: 5}").Workload
            .ShouldSatisfyAllConditions(plain => plain.WarmUp.Nanoseconds.ShouldBe(0), plain => plain.HealAfter.ShouldBeNull());
    }

    [Theory]
    [InlineData("workload: {requests: 5, heal_after: 1h}", "3:37: workload.heal_after: no effect: the last request has its outcome by ")]
    [InlineData("workload: {requests: 5, arrivals: {rate: 10/s, process: uniform}, warm_up: 500ms}",
        "3:76: workload.warm_up: nothing is measured: the last request is submitted at 0.4 s")]
    [InlineData("faults: {f: {kind: crash, nodes: [node-1], at: 2s}}\nworkload: {requests: 5, heal_after: 1s, arrivals: {rate: 1/s, process: uniform}}",
        "3:48: faults.f.at: no effect: from 1000ms on all faults are lifted")]
    public void What_heals_or_measures_nothing_is_warned_about(string text, string warning) =>
        Some.Warnings($"name: x\nmodel: none\n{text}\n").ShouldHaveSingleItem().ShouldStartWith($"s.yaml:{warning}");

    private static ClusterSpec Cluster(string text) => Variant($"cluster: {{{text}}}").Cluster;

    private static TrialVariant Variant(string text) =>
        Some.Valid($"name: x\nmodel: none\n{(text.Contains("workload", StringComparison.Ordinal) ? "" : "workload: {requests: 5}\n")}{text}\n").Conditions[0];
}
