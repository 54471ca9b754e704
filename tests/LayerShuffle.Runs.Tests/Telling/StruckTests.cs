using System.Globalization;
using LayerShuffle.Core.Logs;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Runs.Options;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Runs.Tests.Telling;

/// <summary>Faults are told as they strike, while their trial is under way, and once.</summary>
public sealed class StruckTests : IDisposable
{
    private const string Scenario = """
        name: struck
        seed: 3
        model: {architecture: none, num_hidden_layers: 4}
        cluster: {nodes: 4, compute_time: 2ms}
        network: {latency: 5ms}
        routing: {on_failure: skip, retries: 1, timeout: 40ms}
        workload: {requests: 60, arrivals: {rate: 100/s, process: uniform}}
        repeats: 2
        faults:
          outage: {kind: crash, nodes: [node-2], at: 200ms, restart_after: 100ms}
          never: {kind: crash, nodes: [node-3], at: 1h}

        """;

    private readonly Scratch scratch = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // every trial twice: the second time nobody is told
    public void They_are_told_between_requests_and_as_the_ledger_has_them(bool twice)
    {
        using var heard = new Heard();
        var options = new RunOptions { Scenario = scratch.Write("struck.yaml", Scenario), Output = scratch.At("out"), CheckDeterminism = twice };
        RunPlan.Load(options).Execute(heard);

        string[] columns = File.ReadLines(scratch.At("out/faults.csv")).First().Split(',');
        string Cell(string line, string column) => line.Split(',')[Array.IndexOf(columns, column)];
        string[] written = [.. File.ReadLines(scratch.At("out/faults.csv")).Skip(1)
            .Select(line => $"{Cell(line, "fault")} {Cell(line, "target")} {Cell(line, "effect")}")];
        written.ShouldContain("outage node-2 began");
        heard.Events.Where(told => told.StartsWith("struck ", StringComparison.Ordinal)).Select(told => told[7..]).ShouldBe(written);
        string[] first = [.. heard.Events.TakeWhile(told => told != "finished 0")];
        int began = Array.IndexOf(first, "struck outage node-2 began"), ended = Array.IndexOf(first, "struck outage node-2 restarted");
        first[0].ShouldBe("began 0");
        Requests(first[..began]).ShouldBeInRange(10, 25, "of 60 requests at 100 a second, the fault strikes at 200 ms");
        Requests(first[began..ended]).ShouldBeGreaterThan(0);
        Requests(first[ended..]).ShouldBeGreaterThan(10);
        first[^1].ShouldBe("struck never node-3 never_began", "that is known at the end alone");
    }

    [Fact]
    public void Nobody_who_listens_changes_a_row()
    {
        string file = scratch.Write("struck.yaml", Scenario);
        using var heard = new Heard();
        RunPlan.Load(new RunOptions { Scenario = file, Output = scratch.At("heard") }).Execute(heard);
        RunPlan.Load(new RunOptions { Scenario = file, Output = scratch.At("alone") }).Execute();
        foreach (string csv in Directory.EnumerateFiles(scratch.At("alone"), "*.csv"))
            File.ReadAllText(scratch.At("heard/" + Path.GetFileName(csv))).ShouldBe(File.ReadAllText(csv), Path.GetFileName(csv));
    }

    public void Dispose() => scratch.Dispose();

    private static int Requests(string[] told) => told.Count(each => each == "request");

    /// <summary>A log that is also told in numbers, and keeps the order.</summary>
    private sealed class Heard() : LineSink(verbose: false), IRunLog, IRunWatch
    {
        public List<string> Events { get; } = [];

        public void Planned(IReadOnlyList<TrialKey> trials)
        {
        }

        public void Trains(TrainingNews progress)
        {
        }

        public void Began(TrialKey trial) => Events.Add(string.Create(CultureInfo.InvariantCulture, $"began {trial.Trial}"));

        public void Progressed(TrialKey trial, int done, int requests) => Events.Add("request");

        public void Struck(LedgerEntry entry) => Events.Add($"struck {entry.Fault} {entry.Target} {entry.Effect}");

        public void Finished(TrialData trial) => Events.Add(string.Create(CultureInfo.InvariantCulture, $"finished {trial.Key.Trial}"));

        public void Status(Func<string> text)
        {
        }

        public void ClearStatus()
        {
        }

        protected override void Write(string line)
        {
        }
    }
}
