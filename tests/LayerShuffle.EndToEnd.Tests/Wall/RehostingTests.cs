using System.Text.Json;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>Survivors take over layers of a node that is gone as far as their memory goes; routing copes with the rest.</summary>
[Collection(KillCollection.Name)]
public sealed class RehostingTests : IDisposable
{
    /// <summary>Layers of 117.4 KB: the third node has room for one more, the first for none.</summary>
    private const string Scenario = """
        name: tight
        clock: wall
        model: {architecture: none, num_hidden_layers: 5, hidden_size: 32, image_size: 32, patch_size: 8}
        cluster:
          nodes: {node-1: {memory: 250KB}, node-2: {capacity: 4}, node-3: {memory: 250KB}}
          recovery: rehost
        network: {latency: 5ms}
        faults: {death: {kind: crash, nodes: node-2, at: 2s}}
        routing: {timeout: 5s, retries: 0, on_failure: skip, detection: 100ms} # 5 s: what is skipped is skipped for the death, not for a busy machine
        workload: {requests: 100, arrivals: {rate: 10/s, process: uniform}, deadline: 30s}

        """;

    private readonly Workplace place = new();

    [Fact]
    public async Task As_many_layers_as_fit_move_to_survivors()
    {
        ClusterProcesses.Need();
        Program program = await place.Run("run", place.Write("tight.yaml", Scenario), "--output", "out");
        program.ShouldEndWith(0);
        place.ShouldLeaveNothing();
        program.Error.ShouldContain("Layers: node-1: 0 3; node-2: 1 4; node-3: 2");

        // Nodes 1 and 3 are equal; round-robin gave the first two layers already, which is all that it may host.
        Func<string, string>[] moved = [.. new Table(place.At("out"), "faults.csv").Where("kind", "placement")];
        moved.Select(row => (row("target"), row("effect")))
            .ShouldBe([("node-2", "rehosted 1 on node-3"), ("node-2", "not rehosted: layer 4 (117.4 KB) fits on no survivor")]);
        var requests = new Table(place.At("out"), "requests.csv");
        requests["outcome"].ShouldAllBe(outcome => outcome == "completed");
        requests["skipped"].ShouldContain("");
        requests["skipped"][^1].ShouldBe("4");

        using JsonDocument run = JsonDocument.Parse(File.ReadAllText(Path.Combine(place.At("out"), "run.json")));
        JsonElement cluster = run.RootElement.GetProperty("cluster");
        cluster.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("name").GetString()).ShouldBe(["node-1", "node-2", "node-3"]);
        cluster.GetProperty("nodes")[0].GetProperty("may_host_mb").GetDouble().ShouldBe(0.25);
        cluster.GetProperty("nodes")[1].GetProperty("capacity").GetDouble().ShouldBe(4);
        JsonElement placement = cluster.GetProperty("placements").EnumerateArray().ShouldHaveSingleItem();
        placement.GetProperty("layers").GetProperty("node-2").EnumerateArray().Select(layer => layer.GetInt32()).ShouldBe([1, 4]);
        placement.GetProperty("trials").EnumerateArray().Select(trial => trial.GetInt32()).ShouldBe([0]);
    }

    public void Dispose() => place.Dispose();
}
