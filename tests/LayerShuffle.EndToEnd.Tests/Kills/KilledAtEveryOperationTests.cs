namespace LayerShuffle.EndToEnd.Tests.Kills;

/// <summary>
/// The program is killed at the first, the second, the third … thing that it does to a file, in a run, in a run that is resumed and in one that had ended. Each
/// time the next run comes to the bytes of one that nothing disturbed, and nothing that was left lies about after it. Ordinarily only some of the operations
/// are tried; <c>LAYERSHUFFLE_LONG=1</c> tries them all.
/// </summary>
public sealed class KilledAtEveryOperationTests : IDisposable
{
    private const string Wires = """
        name: wires
        model: none
        seed: 3
        repeats: 2
        cluster: {nodes: 2}
        network: {latency: 5ms, loss: 5%}
        routing: {timeout: 30ms}
        workload: {requests: 3}
        trace: all

        """;

    private readonly Workplace place = new();

    [Theory]
    [InlineData("run", 61)]
    [InlineData("resume", 83)]
    [InlineData("ended", 37)]
    public async Task A_run_of_the_network(string begin, int stride)
    {
        string library = KillShim.Build(place.Folder);
        place.Write("scenario.yaml", Wires);
        (await place.Run("run", "scenario.yaml", "--output", "whole")).ShouldEndWith(0);
        int kills = await EveryOperation(library, begin, stride, () =>
        {
            if (begin == "run")
                return;
            Copy(place.At("whole"), place.At("out"));
            if (begin == "ended")
                return;
            File.WriteAllLines(place.At("out/conditions.csv"), File.ReadAllLines(place.At("out/conditions.csv"))[..2]);
            File.Delete(place.At("out/summary.csv"));
            File.WriteAllText(place.At("out/run.json.99.1.tmp"), "{");
        });
        kills.ShouldBeGreaterThan(LongTests.AreWanted ? 10 : 0);
    }

    [Fact]
    public async Task A_run_that_trains()
    {
        Assert.SkipUnless(LongTests.AreWanted, "Takes minutes: set LAYERSHUFFLE_LONG=1.");
        string library = KillShim.Build(place.Folder);
        place.Write("scenario.yaml",
            TinyScenario.Trained.Replace("train: 256, test: 80", "train: 48, test: 8", StringComparison.Ordinal)
            .Replace("epochs: 3", "epochs: 2", StringComparison.Ordinal)
            .Replace("requests: 40", "requests: 2", StringComparison.Ordinal).Replace("repeats: 2", "repeats: 1", StringComparison.Ordinal));
        (await place.Run("run", "scenario.yaml", "--output", "whole")).ShouldEndWith(0);
        (await EveryOperation(library, "run", 1, place.Forget)).ShouldBeGreaterThan(100);
    }

    public void Dispose() => place.Dispose();

    private async Task<int> EveryOperation(string library, string begin, int stride, Action prepare)
    {
        for (int at = 1, kills = 0; ; at += LongTests.AreWanted ? 1 : stride, kills++)
        {
            prepare();
            Program killed = Program.StartIn(
                place, new Dictionary<string, string> { ["LD_PRELOAD"] = library, ["KILL_AT"] = $"{at}", ["KILL_BELOW"] = $"{place.At("out")}:{place.Cache}" },
                "run", "scenario.yaml", begin == "run" ? "--output" : "--resume", "out");
            await killed.Ended;
            killed.ExitCode.ShouldBeOneOf([0, 137], killed.Error);
            Program next = await place.Run("run", "scenario.yaml", File.Exists(place.At("out/scenario.yaml")) ? "--resume" : "--output", "out");
            next.ExitCode.ShouldBe(0, $"operation {at}: {next.Error}");
            place.At("out").ShouldBeTheRun(place.At("whole"));
            Directory.EnumerateFileSystemEntries(place.Cache, "*", SearchOption.AllDirectories)
                .Where(path => path.EndsWith(".tmp", StringComparison.Ordinal) || Path.GetFileName(path).StartsWith(".writable", StringComparison.Ordinal))
                    .ShouldBeEmpty($"operation {at}");
            Directory.Delete(place.At("out"), true);
            if (killed.ExitCode == 0)
                return kills;
        }
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
