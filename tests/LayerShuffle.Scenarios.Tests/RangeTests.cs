namespace LayerShuffle.Scenarios.Tests;

/// <summary>What each number may be, but not their product.</summary>
public class RangeTests
{
    [Theory]
    [InlineData("cluster: {compute_time: 2ms}\nfaults: {f: {kind: slowdown, nodes: all, at: 1s, factor: 1e15}}",
        "4:58: faults.f.factor: a layer takes 6.34E+04 years on node-1; expected less than a year")]
    [InlineData("cluster: {compute_time: 2ms, nodes: {a: {slowdown: 1e15}}}", "3:52: cluster.nodes.a.slowdown: a layer takes 6.34E+04 years on a")]
    [InlineData("cluster: {compute_time: {base: 1ms, per_image: 100h}}\nworkload: {images_per_request: 1000}",
        "3:25: cluster.compute_time: a layer takes 11.4 years for 1000 images on node-1")]
    [InlineData("cluster: {compute_time: 1ms}\nfaults:\n  a: {kind: slowdown, nodes: all, at: 1s, factor: 1e6}\n  b: {kind: slowdown, nodes: all, at: 2s, "
        + "factor: 1e6}", "6:51: faults.b.factor: a layer takes 31.7 years on node-1 with `a`")]
    [InlineData("workload: {requests: 100, arrivals: {rate: 0.01/h}}", "3:44: workload.arrivals.rate: the last of 100 requests comes after 1.13 years")]
    [InlineData("network: {bandwidth: 0.001bps}", "3:22: network.bandwidth: an activation of 25 KB takes 6.33 years")]
    [InlineData("network: {links: [{from: all, to: node-1, bandwidth: 0.001bps}]}", "3:54: network.links[0].bandwidth: an activation of")]
    [InlineData("faults: {f: {kind: link, from: all, to: all, at: 1s, set: {bandwidth: 0.001bps}}}", "3:71: faults.f.set.bandwidth: an activation of")]
    [InlineData("model: {image_size: 1024, patch_size: 1}\nworkload: {images_per_request: 100000}",
        "4:32: workload.images_per_request: an activation of 40.3 TB; expected at most 1 TB")]
    public void Products_are_checked_where_they_are_formed(string text, string mistake) =>
        Some.Mistakes("name: x\ndataset: {kind: shapes}\n" + text + "\n").ShouldHaveSingleItem().ShouldStartWith("s.yaml:" + mistake);

    [Fact]
    public void Slowdowns_that_never_meet_do_not_multiply() =>
        Some.Mistakes(Some.Minimal + """
            cluster: {nodes: 2, compute_time: 1ms}
            faults:
              a: {kind: slowdown, nodes: all, at: 1s, for: 1s, factor: 1e6}
              b: {kind: slowdown, nodes: all, at: 2s, for: 1s, factor: 1e6}
              c: {kind: slowdown, nodes: node-1, at: 5s, factor: 1e6}
              d: {kind: slowdown, nodes: node-2, at: 5s, factor: 1e6}

            """).ShouldBeEmpty();
}
