using System.Globalization;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>Nodes that come late, leave and come back take their layers along, and cost neither steps nor requests.</summary>
[Collection(KillCollection.Name)]
public sealed class MovingLayersTests(ITestOutputHelper output) : IDisposable
{
    private const int Requests = 80;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly Workplace place = new();

    [Fact]
    public async Task A_node_joins_late_another_leaves_and_comes_back()
    {
        ClusterProcesses.Need();
        string scenario = place.Write("moves.yaml", WallScenario.Text(
            // 20 s: a node that comes back need not hurry
            "epochs: 5, batch_size: 16, learning_rate: 3e-3, micro_batches: 2", nodes: 3, images: 640,
                workload: $"requests: {Requests}, arrivals: {{rate: 5/s, process: uniform}}, deadline: 20s"));
        var heard = new Lines();
        Program run = Program.Start(
            place, heard.Hear, Patience, Program.Assembly, "run", scenario, "--output", "wall", "--set", "cluster.recovery=rehost", "--listen", "127.0.0.1:0",
                "--workers", "2");
        string waiting = await heard.Until(run, "Waiting for 2 of the scenario's 3 nodes");
        string port = waiting.Split("127.0.0.1:")[1].Split(':')[0];
        Program first = Node("node-1"), second = Node("node-2");
        await heard.Until(run, "Layer 2", "node-3 is not there: layer 2 is on node-");
        Program third = Node("node-3");
        await heard.Until(run, "Layer 2 has moved from node-", "to node-3");
        first.Terminate();
        await heard.Until(run, "Layer 0 has moved from node-1 to node-");
        await first.Ended;
        Program again = Node("node-1");
        await Task.WhenAll(run.Ended, second.Ended, third.Ended, again.Ended);

        run.ShouldEndWith(0);
        first.ShouldEndWith(0); // its leave was granted
        first.Error.ShouldContain("Ctrl-C once more ends this node at once");
        foreach (Program node in new[] { second, third, again })
            node.ShouldEndWith(0);
        place.ShouldLeaveNothing();
        run.Error.ShouldNotContain("was lost");
        run.Error.ShouldNotContain("is repeated");
        var rows = new Table(place.At("wall"), "requests.csv");
        rows["request"].Select(cell => int.Parse(cell, CultureInfo.InvariantCulture)).ShouldBe(Enumerable.Range(0, Requests));
        rows["outcome"].ShouldAllBe(outcome => outcome == "completed");
        output.WriteLine(run.Error);
        output.WriteLine(File.ReadAllText(place.At("wall/faults.csv")));
        bool back = new Table(place.At("wall"), "faults.csv")["effect"].Contains("joined") // in the trial, between training and trial, or in the training
            || run.Errors.Any(line => line.StartsWith("Layers: node-1: 0", StringComparison.Ordinal))
            || run.Errors.Any(line => line.StartsWith("Layer 0 has moved", StringComparison.Ordinal) && line.Contains("to node-1", StringComparison.Ordinal));
        back.ShouldBeTrue($"it has joined again\n{run.Error}");

        place.Forget();
        (await place.Run("run", scenario, "--output", "virtual", "--set", "clock=virtual", "--set", "workload.requests=4")).ShouldEndWith(0);
        foreach (string file in new[] { "training.csv", "models/shuffled/model.safetensors" })
            File.ReadAllBytes(place.At($"wall/{file}")).SequenceEqual(File.ReadAllBytes(place.At($"virtual/{file}"))).ShouldBeTrue($"{file} differs");

        Program Node(string name) => Program.Start(place, null, Patience, Program.Assembly, "node", "--join", $"127.0.0.1:{port}", "--name", name);
    }

    public void Dispose() => place.Dispose();
}
