using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Options;
using LayerShuffle.Runs.Repeating;

namespace LayerShuffle.Runs.Tests.Repeating;

/// <summary>Every trial twice, and the first event that differs by its name.</summary>
public sealed class RepeatingTests : IDisposable
{
    private const string Wires = """
        name: wires
        seed: 3
        model: {architecture: none, num_hidden_layers: 4}
        cluster: {nodes: 4, compute_time: 2ms}
        network: {latency: {distribution: normal, mean: 5ms, stddev: 1ms}, bandwidth: 100Mbps, loss: 10%, duplicate: 2%}
        faults: {outage: {kind: crash, nodes: [node-2], at: 100ms, restart_after: 100ms}}
        workload: {requests: 20}

        """;

    private readonly Scratch scratch = new();

    [Fact]
    public void A_run_that_is_checked_writes_what_one_that_is_not_writes()
    {
        string file = scratch.Write("wires.yaml", Wires);
        RunPlan.Load(new RunOptions { Scenario = file, Output = scratch.At("once") }).Execute();
        RunPlan.Load(new RunOptions { Scenario = file, Output = scratch.At("twice"), CheckDeterminism = true }).Execute().End.ShouldBe(RunEnd.Done);
        foreach (string csv in Directory.EnumerateFiles(scratch.At("once"), "*.csv").Select(path => Path.GetFileName(path)))
            File.ReadAllBytes(scratch.At($"twice/{csv}")).ShouldBe(File.ReadAllBytes(scratch.At($"once/{csv}")), csv);
        Directory.EnumerateFiles(scratch.At("twice"), "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public void The_first_event_that_differs_is_named_with_its_time_and_with_what_it_was()
    {
        RunPlan plan = RunPlan.Load(new RunOptions
        {
            Scenario = scratch.Write("wires.yaml", Wires.Replace("10%, duplicate: 2%", "0%", StringComparison.Ordinal)
            .Replace("{distribution: normal, mean: 5ms, stddev: 1ms}", "5ms", StringComparison.Ordinal))
        });
        var rows = new CountedRows();
        using var backend = new RepeatingBackend(new VirtualBackend(ComputePlace.Here("cpu", 1), _ => { }), scratch.Folder);

        string said = Should.Throw<NotRepeatedException>(
            () => backend.Run(plan.Trials[0].Spec, new GrowingModel(7), null, 20, _ => { }, null, rows, default)).Message;

        // The seventh size that is asked for is another: 125 kB at 100 Mbit/s take 10 ms, and the hop is delivered that much later than the first time.
        said.ShouldContain("is the first that differs");
        said.ShouldContain("The first time it was `");
        said.ShouldContain(" ms: delivery request ");
        said.ShouldContain("Before it both had `");
        rows.Requests.ShouldBe(20);
        Directory.EnumerateFiles(scratch.Folder, "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public void What_one_telling_has_more_than_the_other_is_a_difference()
    {
        Instant at = Instant.Zero + Duration.FromMilliseconds(1.5);
        Comparison shorter = Told("1.5 ms: one", "1.5 ms: two");
        shorter.Hears(at, "one").ShouldBeTrue();
        shorter.Ends();
        shorter.Difference.ShouldBe("event 2 is the first that differs. The first time it was `1.5 ms: two`, the second time `nothing more`. "
            + "Before it both had `1.5 ms: one`.");
        Comparison longer = Told();
        longer.Hears(at, "one").ShouldBeFalse();
        longer.Difference.ShouldBe("event 1 is the first that differs. The first time it was `nothing more`, the second time `1.5 ms: one`. "
            + "Nothing was before it.");
        Comparison same = Told("1.5 ms: one");
        same.Hears(at, "one").ShouldBeTrue();
        same.Ends();
        (same.Difference, same.Same).ShouldBe((null, 1));

        static Comparison Told(params string[] lines)
        {
            var left = new Queue<string>(lines);
            return new Comparison(() => left.TryDequeue(out string? line) ? line : null);
        }
    }

    [Fact]
    public void Real_time_is_not_asked_to_do_the_same_twice() =>
        Should.Throw<UsageException>(() => RunPlan.Load(new RunOptions
        {
            Scenario = scratch.Write("wall.yaml", Wires + "clock: wall\n"),
            CheckDeterminism = true,
        })).Message.ShouldContain("clock: virtual");

    public void Dispose() => scratch.Dispose();

    /// <summary>A model whose activations have another size from the second run on: what an unseeded draw would do.</summary>
    private sealed class GrowingModel(int from) : ITrialModel
    {
        private readonly SizesOnlyModel model = new(4, 17, 48);
        private int asked, begun;

        public int Layers => model.Layers;

        public bool Computes => false;

        public long ActivationBytes(int images) => model.ActivationBytes(images) + (begun > 20 && ++asked >= from ? 125_000 : 0);

        public object? Embed(int request, IReadOnlyList<int> images)
        {
            begun++;
            return null;
        }

        public Judgement? Judge(object? activation, IReadOnlyList<int> images) => null;

        public object? Execute(int layer, object? activation, int request, int position) => null;

        public object? Carry(object? activation, int request, WireFormat format) => null;

        public void Release(int request)
        {
        }
    }

    private sealed class CountedRows : ITrialRows
    {
        public int Requests { get; private set; }

        public void Add(RequestRecord request) => Requests++;

        public void Add(HopRecord hop)
        {
        }
    }
}
