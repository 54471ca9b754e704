using LayerShuffle.Runs.Options;

namespace LayerShuffle.Runs.Tests;

/// <summary>Outages on the virtual clock, by hand.</summary>
public sealed class RecoveryRunTests : IDisposable
{
    // Four layers of 2 ms on as many nodes, 5 ms between them: 33 ms a request, ten a second. node-2 is down from 1 s to 1.5 s: requests 10 to 14 do not
    // come past it, and fail. Before, ten completed in a second (33 ms, …, 933 ms); request 15 is the first result from which on a second holds ten again.
    private const string Scenario = """
        name: outage
        model: {architecture: none, num_hidden_layers: 4}
        cluster: {nodes: 4, compute_time: 2ms, domains: {rack: [node-2, node-3]}}
        network: {latency: 5ms}
        routing: {on_failure: fail, retries: 0, timeout: 40ms}
        workload: {requests: 40, arrivals: {rate: 10/s, process: uniform}}
        conditions:
          node: {faults: {outage: {kind: crash, nodes: [node-2], at: 1s, restart_after: 500ms}}}
          rack: {faults: {outage: {kind: crash, nodes: {domain: rack}, at: 1s, restart_after: 500ms}}}
          rehosted:
            cluster: {recovery: rehost, recovery_time: 200ms}
            faults: {outage: {kind: crash, nodes: [node-2], at: 1s, restart_after: 500ms}}
          calm: {}

        """;

    private readonly Scratch scratch = new();

    [Fact]
    public void Outages_are_told_as_by_hand()
    {
        RunPlan plan = RunPlan.Load(new RunOptions { Scenario = scratch.Write("outage.yaml", Scenario), Output = scratch.At("out") });
        plan.Mistakes.ShouldBeEmpty();
        plan.Execute(cancellation: TestContext.Current.CancellationToken);
        string[] rows = File.ReadAllLines(scratch.At("out/recovery.csv"));
        rows[0].ShouldBe("trial,model,training_seed,policy,condition,repeat,fault,target,down_ms,detected_ms,serving_ms,recovered_ms,requests_hit,"
            + "requests_failed,top1_during,steps_lost,steps_repeated,steps_to_regain");
        // The first of the others learns of it a timeout after it is told.
        rows.Skip(1).Select(row => string.Join(',', row.Split(',').Skip(4))).ShouldBe(
        [
            "node,0,outage,node-2,1000,1040,1500,1533,5,5,,,,",
            "rack,0,outage,node-2,1000,1040,1500,1533,5,5,,,,",
            "rack,0,outage,node-3,1000,1040,1500,1533,5,5,,,,",
            "rack,0,outage,rack,1000,1040,1500,1533,5,5,,,,",
            // Others serve its layer from 1,200 ms on: requests 10 and 11 fail, and request 12 takes a way less: 28 ms.
            "rehosted,0,outage,node-2,1000,1040,1200,1228,2,2,,,,",
        ]);
    }

    public void Dispose() => scratch.Dispose();
}
