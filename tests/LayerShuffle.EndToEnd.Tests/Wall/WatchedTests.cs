using System.Text.Json;
using System.Text.RegularExpressions;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>A run that is watched (<c>--watch</c>) where nodes are processes, and one that is interrupted.</summary>
[Collection(WallCollection.Name)]
public sealed partial class WatchedTests : IDisposable
{
    private const string Struck = """
        name: struck
        clock: wall
        model: {architecture: none, num_hidden_layers: 3, hidden_size: 32, image_size: 32, patch_size: 8}
        cluster: {nodes: 2, compute_time: 2ms}
        network: {latency: 5ms}
        routing: {timeout: 300ms, retries: 1000}
        workload: {requests: 40, arrivals: {rate: 10/s, process: uniform}, deadline: 25s}
        faults: {nap: {kind: pause, nodes: [node-1], at: 500ms, for: 300ms}}

        """;

    private readonly Workplace place = new();
    private readonly List<JsonElement> events = [];
    private Task reading = Task.CompletedTask;

    [Fact]
    public async Task On_the_wall_clock_faults_are_told_while_their_trial_is_under_way()
    {
        ClusterProcesses.Need();
        Program program = Program.Start(place, Listen, "run", place.Write("struck.yaml", Struck), "--output", "out", "--watch", "0");
        await program.Ended;
        program.ShouldEndWith(0);
        await reading;
        JsonElement struck = events.First(each => Faults(each).Length > 0);
        (struck.GetProperty("trials").GetInt32(), struck.GetProperty("done").GetInt32()).ShouldBe((1, 0), "the trial is under way");
        events.SelectMany(Faults).ShouldBe(["nap node-1 began", "nap node-1 ended"], "each once");
        File.ReadLines(place.At("out/faults.csv")).Count().ShouldBe(3);
        events[^1].GetProperty("end").GetProperty("state").GetString().ShouldBe("done");
        place.ShouldLeaveNothing();
    }

    [Fact]
    public async Task An_interrupted_run_says_so_to_who_watches()
    {
        Program.NeedInterrupts();
        Program program = Program.Start(place, line => line.StartsWith("trial 2/", StringComparison.Ordinal) ? Program.Signal.Interrupt : Listen(line),
            "run", place.Write("many.yaml", TinyScenario.Network + "repeats: 3000\n"), "--output", "out", "--watch");
        await program.Ended;
        program.ShouldEndWith(130);
        await reading;
        JsonElement end = events[^1].GetProperty("end");
        (end.GetProperty("state").GetString(), end.GetProperty("code").GetInt32()).ShouldBe(("interrupted", 130));
    }

    public void Dispose() => place.Dispose();

    private static string[] Faults(JsonElement state) => [.. state.GetProperty("faults").EnumerateArray().Select(fault =>
        $"{fault.GetProperty("fault").GetString()} {fault.GetProperty("target").GetString()} {fault.GetProperty("effect").GetString()}")];

    private Program.Signal Listen(string line)
    {
        if (Address().Match(line) is { Success: true } found)
            reading = Read(new Uri(found.Value));
        return Program.Signal.None;
    }

    private async Task Read(Uri address)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        using var stream = new StreamReader(await client.GetStreamAsync(new Uri(address, "events")));
        string kind = "";
        while (await stream.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                kind = line["event: ".Length..];
            if (kind != "state" || !line.StartsWith("data: ", StringComparison.Ordinal))
                continue;
            events.Add(JsonDocument.Parse(line[6..]).RootElement.Clone());
            if (events[^1].GetProperty("end").ValueKind == JsonValueKind.Object)
                return;
        }
    }

    [GeneratedRegex(@"(?<=^Watch: )http://127\.0\.0\.1:\d+/$")]
    private static partial Regex Address();
}
