namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>The coordinator's end, kind or not, is everybody's, and what is finished is kept.</summary>
[Collection(KillCollection.Name)]
public sealed class KilledCoordinatorTests(ITestOutputHelper output) : IDisposable
{
    private const int Requests = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string Scenario = WallScenario.Text(
        "epochs: 3, batch_size: 32, learning_rate: 3e-3, checkpoint_steps: 4", workload: $"requests: {Requests}, arrivals: {{concurrency: 4}}, deadline: 20s",
            nodes: 2, images: 480, rest: "conditions: {a: {}, b: {}}");

    private readonly Workplace place = new();

    [Fact]
    public async Task Killed_in_training_and_interrupted_in_a_trial_all_end_and_it_goes_on_from_the_checkpoint_and_with_the_next_trial()
    {
        ClusterProcesses.Need();
        Program.NeedInterrupts();
        Program killed = await Stop(Program.Signal.Kill, "shuffled: epoch 2/");
        await ShouldEndWith(killed, "in training");

        Program resumed = await Stop(Program.Signal.Interrupt, "trial 1/", resume: true);
        resumed.ShouldEndWith(130);
        resumed.Error.ShouldContain("--resume");
        place.ShouldLeaveNothing();
        resumed.Error.ShouldNotContain("shuffled: epoch 1/");
        resumed.Error.ShouldContain("shuffled: epoch 3/");
        new Table(place.At("out"), "training.csv")["epoch"].ShouldBe(["1", "2", "3"]);
        await ShouldGoOnToTheEnd();
    }

    [Fact]
    public async Task Interrupted_in_training_and_killed_in_a_trial_all_end_and_it_goes_on_with_that_trial()
    {
        Assert.SkipUnless(LongTests.AreWanted, "Another half a minute: set LAYERSHUFFLE_LONG=1.");
        ClusterProcesses.Need();
        Program.NeedInterrupts();
        Program stopped = await Stop(Program.Signal.Interrupt, "shuffled: epoch 2/");
        stopped.ShouldEndWith(130);
        stopped.Error.ShouldContain("The same command starts it again; a training goes on from its last checkpoint."); // no row was written
        place.ShouldLeaveNothing();

        Program killed = await Stop(Program.Signal.Kill, "trial 1/", TimeSpan.FromSeconds(1));
        killed.Error.ShouldNotContain("shuffled: epoch 1/");
        await ShouldEndWith(killed, "in a trial");
        await ShouldGoOnToTheEnd();
    }

    public void Dispose() => place.Dispose();

    /// <summary>It was stopped in the second trial: what is finished stays, and the rest is as if it had not been stopped.</summary>
    private async Task ShouldGoOnToTheEnd()
    {
        Dictionary<string, byte[]> kept = ResultsFolder.CsvFiles.ToDictionary(file => file, file => File.ReadAllBytes(place.At($"out/{file}")));
        int finished = File.ReadLines(place.At("out/conditions.csv")).Count() - 1;
        finished.ShouldBe(1);

        Program last = await place.Run("run", place.At("cluster.yaml"), "--resume", "out");
        last.ShouldEndWith(0);
        place.ShouldLeaveNothing();
        foreach ((string file, byte[] before) in kept)
            File.ReadAllBytes(place.At($"out/{file}")).AsSpan().StartsWith(before).ShouldBeTrue($"{file}: what was finished has changed");
        await ShouldHaveDrawnTheSame();
    }

    /// <summary>All processes end with the coordinator, and leave only what the killed program itself could not remove.</summary>
    private async Task ShouldEndWith(Program killed, string where)
    {
        TimeSpan took = await ClusterProcesses.GoneAsync(place, Patience);
        output.WriteLine($"All processes had ended {took.TotalSeconds:0.00} s after the coordinator was killed {where}.");
        Directory.EnumerateFileSystemEntries(place.Temporary).Select(file => Path.GetFileName(file)!)
            .ShouldAllBe(file => file.Contains($"-{killed.Id}-", StringComparison.Ordinal));
        Directory.Delete(place.Temporary, true);
        Directory.CreateDirectory(place.Temporary);
    }

    /// <summary>One row a request, and the orders that the virtual clock draws.</summary>
    private async Task ShouldHaveDrawnTheSame()
    {
        var rows = new Table(place.At("out"), "requests.csv");
        var expected = Enumerable.Range(0, 2 * Requests).Select(i => ($"{i / Requests}", $"{i % Requests}")).ToArray();
        rows["trial"].Zip(rows["request"]).ShouldBe(expected);
        Program other = await place.Run("run", place.At("cluster.yaml"), "--output", "virtual", "--set", "clock=virtual");
        other.ShouldEndWith(0);
        var drawn = new Table(place.At("virtual"), "requests.csv");
        rows["order"].ShouldBe(drawn["order"]);
        rows["first_image"].ShouldBe(drawn["first_image"]);
    }

    /// <summary>Runs it, or goes on with it, until it says a line.</summary>
    private async Task<Program> Stop(Program.Signal signal, string line, TimeSpan after = default, bool resume = false)
    {
        var reached = new TaskCompletionSource();
        Program program = Program.Start(
            place,
            said =>
            {
                if (!said.StartsWith(line, StringComparison.Ordinal))
                    return Program.Signal.None;
                reached.TrySetResult();
                return after > TimeSpan.Zero ? Program.Signal.None : signal;
            },
            "run", place.Write("cluster.yaml", Scenario), resume ? "--resume" : "--output", "out");
        if (after > TimeSpan.Zero)
        {
            await Task.WhenAny(reached.Task, program.Ended);
            await Task.Delay(after, TimeProvider.System);
            Program.Kill(program.Id);
        }

        await program.Ended;
        reached.Task.IsCompleted.ShouldBeTrue(program.Error);
        return program;
    }
}
