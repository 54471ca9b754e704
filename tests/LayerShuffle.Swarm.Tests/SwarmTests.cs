using LayerShuffle.Core.Logs;
using LayerShuffle.Runs.Options;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Swarm.Tests;

/// <summary>The program keeps what must always hold, in scenarios that nobody has thought of.</summary>
public sealed class SwarmTests : IDisposable
{
    private static readonly int Scenarios = LongTests.AreWanted ? 2000 : 100; // each 50th trains a model
    private readonly Scratch scratch = new();

    [Fact]
    public void Drawn_scenarios_hold()
    {
        string? before = Environment.GetEnvironmentVariable("LAYERSHUFFLE_CACHE");
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", scratch.At("cache"));
        var log = new Lines();
        var options = new SwarmOptions { Seeds = new SeedRange(0, Scenarios - 1), Output = scratch.At("failed"), Shrink = true };
        SwarmOutcome outcome = new SwarmHunt(options, log).Execute();
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", before);

        outcome.Failed.ShouldBeEmpty(log.Text);
        outcome.Scenarios.ShouldBe(Scenarios);
        outcome.Trials.ShouldBeGreaterThanOrEqualTo(Scenarios);
        outcome.Hops.ShouldBeGreaterThan(50 * Scenarios);
        outcome.Keys.Drawn.ShouldBeGreaterThan(outcome.Keys.All / 2);
        Directory.Exists(scratch.At("failed")).ShouldBeFalse();
    }

    [Fact]
    public void A_scenario_of_ones_own_is_judged_with_every_hop()
    {
        string file = scratch.Write("own.yaml", """
            name: own
            model: {architecture: none, num_hidden_layers: 3}
            cluster: {nodes: 3, compute_time: 2ms}
            network: {latency: 5ms, loss: 20%}
            routing: {timeout: 30ms}
            workload: {requests: 15, deadline: 3s}
            trace: off
            expect: [{metric: completion, min: 200%, of: {metric: completion}}]

            """);
        SwarmOutcome outcome = new SwarmHunt(new SwarmOptions { Scenarios = [file] }, new Lines()).Execute();
        outcome.Failed.ShouldBeEmpty();
        outcome.Hops.ShouldBeGreaterThan(15 * 4);
    }

    [Fact]
    public void A_scenario_that_cannot_be_judged_is_told()
    {
        using var judge = new Judge();
        judge.Of("name: a\nmodel: none\nclock: wall\ncluster: {nodes: 2}\nworkload: {requests: 1}\n").Mistakes.ShouldHaveSingleItem()
            .ShouldContain("virtual clock");
        judge.Of("name: a\n").Mistakes.ShouldNotBeEmpty();
    }

    public void Dispose() => scratch.Dispose();

    private sealed class Lines() : LineSink(verbose: false), IRunLog
    {
        private readonly List<string> lines = [];

        public string Text => string.Join('\n', lines);

        public void Status(Func<string> text)
        {
        }

        public void ClearStatus()
        {
        }

        protected override void Write(string line) => lines.Add(line);
    }
}
