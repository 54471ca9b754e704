using System.Globalization;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>Nodes that come late, leave and come back take their layers along, and cost neither steps nor requests.</summary>
[Collection(KillCollection.Name)]
public sealed class MovingLayersTests(ITestOutputHelper output) : IDisposable
{
    private const int Requests = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Workplace place = new();

    [Fact]
    public async Task A_node_joins_late_another_leaves_and_comes_back()
    {
        ClusterProcesses.Need();
        string scenario = place.Write("moves.yaml", WallScenario.Text(
            "epochs: 5, batch_size: 16, learning_rate: 3e-3, micro_batches: 2", nodes: 3, workload: $"requests: {Requests}, arrivals: {{rate: 5/s, process: uniform}}, deadline: 20s")); // 20 s: a node that comes back need not hurry
        var heard = new Lines();
        Program run = Program.Start(
            place, heard.Hear, Patience, Program.Assembly, "run", scenario, "--output", "wall", "--set", "cluster.recovery=rehost", "--listen", "127.0.0.1:0", "--workers", "2");
        string waiting = await heard.Until(run, "Waiting for 2 of 3 workers on");
        string port = waiting.Split(':')[1].Trim().Split(' ')[0];
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
        first.ShouldEndWith(130);
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
        bool back = new Table(place.At("wall"), "faults.csv")["effect"].Contains("joined") || run.Errors.Any(line => line.StartsWith("Layer 0 has moved", StringComparison.Ordinal) && line.Contains("to node-1", StringComparison.Ordinal));
        back.ShouldBeTrue($"it has joined again\n{run.Error}");

        place.Forget();
        (await place.Run("run", scenario, "--output", "virtual", "--set", "clock=virtual", "--set", "workload.requests=4")).ShouldEndWith(0);
        foreach (string file in new[] { "training.csv", "models/shuffled/model.safetensors" })
            File.ReadAllBytes(place.At($"wall/{file}")).SequenceEqual(File.ReadAllBytes(place.At($"virtual/{file}"))).ShouldBeTrue($"{file} differs");

        Program Node(string name) => Program.Start(place, null, Patience, Program.Assembly, "node", "--join", $"127.0.0.1:{port}", "--name", name);
    }

    public void Dispose() => place.Dispose();

    /// <summary>What a program has said so far, and somebody who waits for a line of it.</summary>
    private sealed class Lines
    {
        private readonly Lock gate = new();
        private readonly List<string> all = [];
        private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Program.Signal Hear(string line)
        {
            lock (gate)
            {
                all.Add(line);
                next.TrySetResult();
                next = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return Program.Signal.None;
        }

        /// <summary>The first line that has all of some texts; fails when the program ends before.</summary>
        public async Task<string> Until(Program program, params string[] texts)
        {
            while (true)
            {
                Task more;
                lock (gate)
                {
                    if (all.Find(line => texts.All(text => line.Contains(text, StringComparison.OrdinalIgnoreCase))) is { } found)
                        return found;
                    more = next.Task;
                }

                if (await Task.WhenAny(more, program.Ended) == program.Ended && !more.IsCompleted)
                    throw new InvalidOperationException($"It ended without saying \"{string.Join(" … ", texts)}\":\n{program.Error}");
            }
        }
    }
}
