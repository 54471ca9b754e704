namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>Partitions reach Akka.Cluster's own gossip and heartbeats where that is asked for, and nowhere else.</summary>
[Collection(WallCollection.Name)]
public sealed class MembershipTests : IDisposable
{
    private const int Requests = 32;

    // `lossy` ends while node-3 is still cut off: its worker is downed, and the next one comes back when the trial is over.
    private const string Scenario = """
        name: membership
        clock: wall
        threads: 1
        model: none
        workload: {requests: 32, arrivals: {rate: 2/s, process: uniform}, deadline: 10s} # none is on its way when the cut begins
        cluster: {nodes: 3, compute_time: 2ms, membership: {acceptable_heartbeat_pause: 4s, stable_after: 2s}} # 4 s: the machine may be busy
        network: {latency: 5ms}
        routing: {order: sequential, timeout: 1s, retries: 0, on_failure: skip}
        faults: {split: {kind: partition, groups: [[node-3], [coordinator, node-1, node-2]], at: 1400ms}}
        conditions:
          lossy: {network: {membership: lossy}}
          reliable: {workload: {requests: 20}, faults: {split: {heal_after: 8s}}}

        """;

    private readonly Workplace place = new();

    [Fact]
    public async Task A_partition_downs_a_member_that_comes_back_where_membership_is_lossy_and_is_not_noticed_where_it_is_not()
    {
        Program program = await place.Run("run", place.Write("membership.yaml", Scenario), "--output", "out");
        program.ShouldEndWith(0);
        var faults = new Table(place.At("out"), "faults.csv");
        Func<string, string>[] found = [.. faults.Where("kind", "membership")];
        found.ShouldAllBe(row => row("condition") == "lossy" && row("target") == "node-3" && row("fault").Length == 0);
        found.Select(row => row("effect")).Where(effect => effect is "unreachable" or "downed").ShouldBe(["unreachable", "downed"]);
        program.Error.ShouldContain("Akka.Cluster: node-3 is downed.");
        File.ReadAllText(place.At("out/logs/node-3.log")).ShouldContain("incarnation 2");

        var requests = new Table(place.At("out"), "requests.csv");
        Func<string, string>[] cut = [.. requests.Where("condition", "lossy")], healed = [.. requests.Where("condition", "reliable")];
        cut.Select(row => row("request")).ShouldBe(Enumerable.Range(0, Requests).Select(i => $"{i}"));
        cut.ShouldAllBe(row => row("outcome") == "completed");
        cut[^1]("skipped").ShouldNotBeEmpty();
        healed.Select(row => row("request")).ShouldBe(Enumerable.Range(0, 20).Select(i => $"{i}"));
        healed[0]("skipped").ShouldBeEmpty("node-3 is back");
        healed[^1]("skipped").ShouldBeEmpty("the partition has healed");
    }

    public void Dispose() => place.Dispose();
}
