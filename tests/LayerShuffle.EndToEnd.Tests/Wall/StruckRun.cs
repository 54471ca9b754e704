namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>
/// A run of the network alone that is watched, made by whoever asks first: a node that pauses, and a network that becomes twenty times slower.
/// </summary>
public sealed class StruckRun : IDisposable
{
    internal const int Requests = 120;

    private const string Scenario = """
        name: struck
        clock: wall
        model: {architecture: none, num_hidden_layers: 4, hidden_size: 32, image_size: 32, patch_size: 8}
        cluster: {nodes: 2, compute_time: 1ms} # neighbouring layers are on different nodes
        network: {latency: 5ms}
        conditions:
          paused:
            routing: {timeout: 300ms, retries: 1000}
            workload: {requests: 40, arrivals: {rate: 10/s, process: uniform}, deadline: 25s}
            faults: {nap: {kind: pause, nodes: [node-1], at: 500ms, for: 300ms}}
          slower:
            workload: {requests: 120, arrivals: {rate: 20/s, process: uniform}, deadline: 20s}
            faults: {slower: {kind: link, from: all, to: all, at: 1500ms, set: {latency: 100ms}}}

        """;

    private readonly Workplace place = new();
    private readonly Watcher watcher = new();
    private readonly Lazy<Task<Program>> run;

    public StruckRun() => run = new(async () =>
    {
        Program program = EndToEnd.Tests.Program.Start(place, watcher.Hear, "run", place.Write("struck.yaml", Scenario), "--output", "out", "--watch", "0");
        await program.Ended;
        await watcher.Reading;
        return program;
    });

    internal Watcher Watcher => watcher;

    internal Workplace Place => place;

    internal string Folder => place.At("out");

    internal async Task<Program> Program()
    {
        Program program = await run.Value;
        program.ShouldEndWith(0);
        return program;
    }

    public void Dispose() => place.Dispose();
}
