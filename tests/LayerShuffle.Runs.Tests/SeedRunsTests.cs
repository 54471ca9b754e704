using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Options;

namespace LayerShuffle.Runs.Tests;

/// <summary>One scenario under several seeds: a run for each, and all of them together.</summary>
public sealed class SeedRunsTests : IDisposable
{
    private const string Wires = """
        name: wires
        model: {architecture: none, num_hidden_layers: 4}
        cluster: {nodes: 4, compute_time: 2ms}
        network: {latency: 5ms, loss: 20%}
        routing: {on_failure: fail, retries: 0, timeout: 40ms}
        workload: {requests: 30}
        repeats: 2
        expect: [{metric: completion, min: 40%}]

        """;

    private readonly Scratch scratch = new();
    private readonly ListedLog log = new();

    [Fact]
    public void Each_seed_is_the_run_that_the_seed_alone_would_be_and_the_rows_of_all_stand_together()
    {
        SeedsOutcome outcome = Run("3..5", scratch.At("all"));

        outcome.Runs.Select(run => run.Seed).ShouldBe([3, 4, 5]);
        RunPlan.Load(new RunOptions { Scenario = scratch.At("wires.yaml"), Output = scratch.At("alone"), Seed = 4 }).Execute();
        foreach (string csv in (string[])["conditions.csv", "requests.csv", "hops.csv", "links.csv", "summary.csv"])
            File.ReadAllBytes(scratch.At($"all/seed-4/{csv}")).ShouldBe(File.ReadAllBytes(scratch.At($"alone/{csv}")), csv);
        string[] rows = File.ReadAllLines(scratch.At("all/seeds.csv"));
        int seed = Array.IndexOf(rows[0].Split(','), "seed");
        rows[1..].Select(row => row.Split(',')[seed]).ShouldBe(["3", "3", "4", "4", "5", "5"]);
        rows[3].ShouldBe(File.ReadAllLines(scratch.At("alone/conditions.csv"))[1]);
        outcome.Groups.ShouldHaveSingleItem().Repeats.ShouldBe(6);
        outcome.Groups[0].Requests.ShouldBe(180);
        outcome.Failed.Select(run => run.Seed).ShouldBe(outcome.Runs.Where(run => run.Outcome.ExitCode != 0).Select(run => run.Seed));
    }

    [Fact]
    public void What_was_stopped_goes_on_with_the_seeds_that_are_left()
    {
        using var stop = new CancellationTokenSource();
        int starts = 0;
        var stopping = new ListedLog { Heard = line => Stop(line) };
        Should.Throw<OperationCanceledException>(() => Runs("1..3", new RunOptions
        {
            Scenario = scratch.Write("wires.yaml", Wires),
            Output = scratch.At("out"),
            Again = ["again"],
        }, stopping).Execute("wires", stop.Token));
        stopping.Lines[^1].ShouldBe($"1 of 3 seeds are finished; go on with all of them: again --seeds 1..3 --resume {scratch.At("out")}");
        File.ReadAllLines(scratch.At("out/seeds.csv")).Length.ShouldBe(3);

        SeedsOutcome outcome = Runs("1..3", new RunOptions { Scenario = scratch.At("wires.yaml"), Resume = scratch.At("out") }, log).Execute("wires");
        outcome.Runs.Count.ShouldBe(3);
        SeedsOutcome whole = Run("1..3", scratch.At("whole"));
        File.ReadAllText(scratch.At("out/seeds.csv")).ShouldBe(File.ReadAllText(scratch.At("whole/seeds.csv")));

        void Stop(string line)
        {
            if (line.StartsWith("wires, seed", StringComparison.Ordinal) && ++starts == 2)
                stop.Cancel();
        }
    }

    [Fact]
    public void Results_that_are_there_are_not_overwritten()
    {
        Run("1..2", scratch.At("out"));
        Should.Throw<UsageException>(() => Run("1..2", scratch.At("out"))).Message.ShouldContain("never overwritten");
    }

    [Theory]
    [InlineData("1..50", 1, 50)]
    [InlineData("7", 7, 7)]
    [InlineData("-2..2", -2, 2)]
    public void A_range_is_read(string text, long first, long last)
    {
        SeedRange range = SeedRange.Parse(text);
        (range.First, range.Last).ShouldBe((first, last));
        range.All.ShouldBe(Enumerable.Range(0, range.Count).Select(i => first + i));
    }

    [Theory]
    [InlineData("5..1", "did you mean 1..5?")]
    [InlineData("one..two", "such as 1..50")]
    [InlineData("1..2..3", "such as 1..50")]
    [InlineData("1-50", "such as 1..50")]
    [InlineData("0..1000000", "at most 1000000")]
    [InlineData("-9223372036854775808..9223372036854775807", "at most 1000000")]
    public void A_range_that_is_none_is_told(string text, string said) => Should.Throw<UsageException>(() => SeedRange.Parse(text)).Message.ShouldContain(said);

    [Fact]
    public void The_line_that_starts_a_run_again_stands_at_its_end_and_at_its_failure()
    {
        string file = scratch.Write("wires.yaml", Wires);
        RunPlan.Load(new RunOptions { Scenario = file, Output = scratch.At("out"), Again = ["layershuffle", "run", "a b.yaml"] }, log).Execute(log);
        log.Lines[^1].ShouldBe("The same again: layershuffle run 'a b.yaml' --seed 0");
        var failing = new ListedLog { Heard = line => Fail(line) };
        Should.Throw<InvalidOperationException>(() => RunPlan.Load(new RunOptions
        {
            Scenario = file,
            Output = scratch.At("failed"),
            Again = ["layershuffle", "run", "--seed", "9"],
            Seed = 9,
        }).Execute(failing));
        failing.Lines[^1].ShouldEndWith("The same again: layershuffle run --seed 9");

        static void Fail(string line)
        {
            if (line.StartsWith("trial 1/2", StringComparison.Ordinal))
                throw new InvalidOperationException("a bug");
        }
    }

    public void Dispose() => scratch.Dispose();

    private SeedsOutcome Run(string seeds, string folder) =>
        Runs(seeds, new RunOptions { Scenario = scratch.Write("wires.yaml", Wires), Output = folder }, log).Execute("wires");

    private static SeedRuns Runs(string seeds, RunOptions options, ListedLog told) => new(options, SeedRange.Parse(seeds), told);
}
