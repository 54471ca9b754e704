using System.Text.Json;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>A run that is watched (<c>--watch</c>) where nodes are processes, and one that is interrupted.</summary>
[Collection(WallCollection.Name)]
public sealed class WatchedTests(StruckRun run) : IDisposable
{
    private readonly Workplace place = new();

    [Fact]
    public async Task On_the_wall_clock_faults_are_told_while_their_trial_is_under_way()
    {
        ClusterProcesses.Need();
        await run.Program();
        IReadOnlyList<JsonElement> events = run.Watcher.Events;
        JsonElement struck = events.First(each => Faults(each).Length > 0);
        (struck.GetProperty("trials").GetInt32(), struck.GetProperty("done").GetInt32()).ShouldBe((2, 0), "the trial is under way");
        events.SelectMany(Faults).ShouldBe(["nap node-1 began", "nap node-1 ended", "slower all -> all began"], "each once");
        new Table(run.Folder, "faults.csv").Count.ShouldBe(3);
        events[^1].GetProperty("end").GetProperty("state").GetString().ShouldBe("done");
        run.Place.ShouldLeaveNothing();
    }

    [Fact]
    public async Task An_interrupted_run_says_so_to_who_watches()
    {
        Program.NeedInterrupts();
        var watcher = new Watcher();
        Program program = Program.Start(place, line => line.StartsWith("trial 2/", StringComparison.Ordinal) ? Program.Signal.Interrupt : watcher.Hear(line),
            "run", place.Write("many.yaml", TinyScenario.Network + "repeats: 3000\n"), "--output", "out", "--watch");
        await program.Ended;
        program.ShouldEndWith(130);
        await watcher.Reading;
        JsonElement end = watcher.Events[^1].GetProperty("end");
        (end.GetProperty("state").GetString(), end.GetProperty("code").GetInt32()).ShouldBe(("interrupted", 130));
    }

    public void Dispose() => place.Dispose();

    private static string[] Faults(JsonElement state) => [.. state.GetProperty("faults").EnumerateArray().Select(fault =>
        $"{fault.GetProperty("fault").GetString()} {fault.GetProperty("target").GetString()} {fault.GetProperty("effect").GetString()}")];
}
