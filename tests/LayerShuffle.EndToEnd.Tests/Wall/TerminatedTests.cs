namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>SIGTERM, which services and containers send, means leave: for a worker, for a supervisor, and for all at once.</summary>
[Collection(KillCollection.Name)]
public sealed class TerminatedTests(ITestOutputHelper output) : IDisposable
{
    private const int Requests = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly Workplace place = new();

    [Theory]
    [InlineData("worker")]
    [InlineData("node")]
    public async Task One_that_is_told_to_end_hands_over_what_it_hosts_and_comes_back(string command)
    {
        Assert.SkipUnless(command == "worker" || LongTests.AreWanted,
            "MovingLayersTests tells a supervisor to end as well. To see one started again by the run itself, set LAYERSHUFFLE_LONG=1.");
        ClusterProcesses.Need();
        string scenario = place.Write("terminated.yaml", WallScenario.Text(
            "epochs: 3, batch_size: 16, learning_rate: 3e-3", nodes: 2, images: 480,
                workload: $"requests: {Requests}, arrivals: {{rate: 5/s, process: uniform}}, deadline: 20s"));
        var heard = new Lines();
        Program run = Program.Start(place, heard.Hear, Patience, Program.Assembly, "run", scenario, "--output", "out");
        await heard.Until(run, "shuffled: epoch 1/3");
        int[] told = command == "worker" ? ClusterProcesses.Workers(place) : ClusterProcesses.Supervisors(place);
        told.Length.ShouldBe(2);

        Program.Terminate(told[0]);

        string left = await heard.Until(run, "has left: It was told to end.");
        await run.Ended;
        output.WriteLine(run.Error);
        run.ShouldEndWith(0);
        place.ShouldLeaveNothing();
        string name = left.Split(" has left")[0].Trim();
        run.Errors.Count(line => line.StartsWith("Layer ", StringComparison.Ordinal) && line.Contains($" has moved from {name} ", StringComparison.Ordinal))
            .ShouldBe(2, "no step is lost");
        run.Error.ShouldNotContain("is repeated");
        string log = string.Concat(Directory.GetFiles(place.At("out/logs")).Select(File.ReadAllText));
        log.ShouldContain("ended: exit code 0, as asked");
        log.ShouldNotContain("signal 11");
        log.ShouldNotContain("signal 9");
        var requests = new Table(place.At("out"), "requests.csv");
        requests["outcome"].ShouldAllBe(outcome => outcome == "completed");
        requests["outcome"].Count().ShouldBe(Requests);
    }

    public void Dispose() => place.Dispose();
}
