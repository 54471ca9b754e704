using LayerShuffle.Core.Files;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Tests;

/// <summary>
/// The disk fails at every single operation of a run, of a run that is resumed and of one that had ended: it is full from there on, or nothing at all is done
/// to it any more, as if the process had been killed. Each time the next run comes to the bytes of one that nothing disturbed, and leaves nothing lying about.
/// </summary>
[Collection(TrainedOnce.Name)]
public sealed class FailingDiskTests : IDisposable
{
    private const string Wires =
        "name: wires\nmodel: none\nseed: 3\nrepeats: 2\ncluster: {nodes: 2}\nnetwork: {latency: 5ms, loss: 5%}\nrouting: {timeout: 30ms}\nworkload: "
            + "{requests: 3}\ntrace: all\n";
    private static readonly bool Long = LongTests.AreWanted;
    private static readonly string[] Growing = ["create", "write", "append"];
    private readonly Cli cli = new();

    public FailingDiskTests() => Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", cli.At("cache"));

    public static TheoryData<string, bool> Cases => new(from begin in new[] { "run", "resume", "ended" }
                                                        from full in new[] { true, false }
                                                        select (begin,
        full));

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_run_of_the_network(string begin, bool full)
    {
        string file = cli.Write("wires.yaml", Wires);
        cli.Run("run", file, "--output", cli.At("whole")).ShouldBe(ExitCodes.Done, cli.Error);
        EveryOperation(file, begin, full, Long ? 1 : 2, () =>
        {
            if (begin == "resume")
            {
                cli.Run("run", file, "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
                File.WriteAllLines(cli.At("out/conditions.csv"), File.ReadAllLines(cli.At("out/conditions.csv"))[..2]);
                File.Delete(cli.At("out/summary.csv"));
                File.WriteAllText(cli.At("out/run.json.99.1.tmp"), "{");
                File.WriteAllText(cli.At("out/hops.csv.unfinished"), "1,");
                File.AppendAllText(cli.At("out/requests.csv"), "1,none,0");
            }
            else if (begin == "ended")
            {
                Copy("whole", "out");
            }
        }).ShouldBeGreaterThan(begin == "run" ? 20 : 5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_run_that_trains(bool full)
    {
        string file = cli.Write("kept.yaml", TrainedOnce.Scenario.Replace("train: 96", "train: 32", StringComparison.Ordinal));
        cli.Run("run", file, "--output", cli.At("whole")).ShouldBe(ExitCodes.Done, cli.Error);
        Directory.Delete(cli.At("cache"), true);
        EveryOperation(file, "run", full, Long ? 1 : 37, () =>
        {
            if (Directory.Exists(cli.At("cache")))
                Directory.Delete(cli.At("cache"), true);
        }).ShouldBeGreaterThan(100);
    }

    [Theory]
    [InlineData("", 2)] // under its first trial
    [InlineData("", 3)] // under its last
    [InlineData("requests.csv", 2)]
    [InlineData("hops.csv", 3)]
    public void What_is_removed_under_a_run_ends_it_with_a_sentence(string name, int append)
    {
        string file = cli.Write("wires.yaml", Wires);
        int appends = 0;
        using (Disk.Watch((operation, path) =>
        {
            if (operation != "append" || !path.EndsWith("conditions.csv", StringComparison.Ordinal) || ++appends != append) // the header is the first
                return;
            if (name.Length > 0)
                File.Delete(cli.At("out/" + name));
            else
                Directory.Delete(cli.At("out"), true);
        }))
        {
            cli.Run("run", file, "--output", cli.At("out")).ShouldBe(ExitCodes.RunFailed, cli.Error);
        }

        cli.Error.ShouldNotContain("a bug");
        if (name.Length == 0)
        {
            cli.Error.ShouldContain("out is gone: somebody has removed it");
            cli.Error.ShouldNotContain("--resume");
            return;
        }

        cli.Error.ShouldContain($"{name} was removed by somebody else while the run was writing");
        cli.Run("run", file, "--output", cli.At("whole")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Run("run", file, "--resume", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        ShouldBeWhole(name);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", null);
        cli.Dispose();
    }

    /// <summary>Lets operation after operation fail; returns how many there are.</summary>
    private int EveryOperation(string file, string begin, bool full, int stride, Action prepare)
    {
        for (int failing = 1; ; failing += stride)
        {
            prepare();
            var done = new List<string>();
            int code;
            using (Disk.Watch((operation, path) =>
            {
                done.Add($"{operation} {path}");
                if (done.Count >= failing && (!full || Growing.Contains(operation)))
                    throw new IOException($"No space left on device : '{path}'", 28);
            }))
            {
                code = cli.Run(["run", file, begin == "run" ? "--output" : "--resume", cli.At("out")]);
            }

            string what = $"{(done.Count >= failing ? $"{failing}: {done[failing - 1]}" : "all")}\n{cli.Error}";
            cli.Error.ShouldNotContain("a bug", customMessage: what);
            code.ShouldBeOneOf([ExitCodes.Done, ExitCodes.RunFailed], what);
            if (code == ExitCodes.RunFailed)
                cli.Error.ShouldContain("The disk is full: free some space first", customMessage: what);
            if (code == ExitCodes.RunFailed && File.Exists(cli.At("out/scenario.yaml")) && begin != "run")
                File.Exists(cli.At("out/run.json")).ShouldBeTrue(what);
            cli.Run(["run", file, File.Exists(cli.At("out/scenario.yaml")) ? "--resume" : "--output", cli.At("out")])
                .ShouldBe(ExitCodes.Done, $"{what}\n{cli.Error}");
            ShouldBeWhole(what);
            Directory.Delete(cli.At("out"), true);
            if (done.Count < failing)
                return done.Count;
        }
    }

    private string[] Names(string folder) => [.. Directory.EnumerateFileSystemEntries(cli.At(folder), "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(cli.At(folder), path)).Order(StringComparer.Ordinal)];

    private void ShouldBeWhole(string what)
    {
        Names("out").ShouldBe(Names("whole"), what);
        foreach (string name in Names("whole").Where(name => name != "run.json" && File.Exists(cli.At("whole/" + name))))
            File.ReadAllBytes(cli.At("out/" + name)).AsSpan().SequenceEqual(File.ReadAllBytes(cli.At("whole/" + name))).ShouldBeTrue($"{name}; {what}");
        if (Directory.Exists(cli.At("cache")))
            Directory.EnumerateFileSystemEntries(cli.At("cache"), "*.tmp", SearchOption.AllDirectories).ShouldBeEmpty(what);
    }

    private void Copy(string from, string to)
    {
        Directory.CreateDirectory(cli.At(to));
        foreach (string each in Directory.EnumerateFiles(cli.At(from)))
            File.Copy(each, cli.At($"{to}/{Path.GetFileName(each)}"));
    }
}
