using LayerShuffle.Actors.Models;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Simulation;

namespace LayerShuffle.Benchmarks;

/// <summary>What each condition of links, fault and way around failures costs a request, ÷ the same trial without it; no model.</summary>
internal static class FeaturesBenchmark
{
    private const string Policy = "retry";

    /// <summary>The key that turns a feature on, as <c>--set</c> takes it; several are parted by a semicolon and a blank.</summary>
    private static readonly (string Name, string Sets)[] Features =
    [
        ("loss in bursts (gilbert-elliott)", "network.loss={model: gilbert-elliott, p: 1%, r: 99%}"),
        ("loss in bursts (markov)", "network.loss={model: markov, p13: 1%, p31: 99%}"),
        ("correlated loss", "network.loss={model: bernoulli, probability: 1%, correlation: 30%}"),
        ("drawn latency", "network.latency={distribution: normal, mean: 5ms, stddev: 1ms}"),
        ("correlated latency", "network.latency={distribution: normal, mean: 5ms, stddev: 1ms, correlation: 50%}"),
        ("latency by quantiles", "network.latency={distribution: empirical, quantiles: [[0%, 4ms], [50%, 5ms], [100%, 6ms]]}"),
        ("bandwidth", "network.bandwidth=1Gbps"),
        ("bandwidth and a bounded queue", "network.bandwidth=1Gbps; network.queue={limit: 10MB, drop: tail}"),
        ("packets", "network.packets={size: 1400B, missing: drop}; network.loss=0.1%"),
        ("corruption", "network.corrupt=1%"),
        ("reordering", "network.reorder=1%"),
        ("duplicates", "network.duplicate=1%"),
        ("uplinks", Nodes("uplink: 1Gbps")),
        ("downlinks", Nodes("downlink: 1Gbps")),
        ("a trace of links", "network.trace={file: traces/lte.csv, format: csv, repeat: true}; routing.timeout=1s; workload.deadline=60s"),
        ("churn", "faults.churn={kind: churn, nodes: all, mean_time_to_failure: 20s, mean_time_to_repair: 200ms}"),
        ("a flapping partition", "faults.flap={kind: partition, groups: [[node-1], rest], at: 1s, every: 20s, for: 200ms}"),
        ("energy", Nodes("power: {idle: 2W, compute: 6W}") + "; cluster.energy_per_bit=50nJ"),
        ("warm-up", "workload.warm_up=2s"),
        ("two copies", "routing.replicas=2"),
        ("the fastest copy", "routing.replicas=2; routing.copies=fastest"),
        ("memory of failures", "routing.replicas=2; routing.avoid={after: 3, for: 100ms}"),
        ("backoff", "routing.backoff={factor: 2, max: 1s, jitter: 20%}"),
        ("defer", "routing.on_failure=defer"),
        ("wait", "routing.on_failure=wait"),
        ("arbitrary order", "routing.order=arbitrary"),
        ("opportunistic order", "routing.order=opportunistic"),
        ("every hop in the trace", "trace=all"),
    ];

    public static void Run(BenchmarkOptions options, TextWriter output)
    {
        int requests = options.Quick ? 500 : 20_000, rounds = options.Quick ? 1 : 5;
        var table = new MarkdownTable("", "÷ without", "95% interval", "s");
        using var system = new VirtualActorSystem();
        var runner = new VirtualTrialRunner(system);
        PlannedTrial plain = Plan([], requests);
        foreach ((string name, string sets) in Features)
        {
            PlannedTrial planned = Plan(sets.Split("; "), requests);
            var times = Alternating.Of(rounds, () => Go(runner, planned), () => Go(runner, plain));
            table.Add(name, $"{times.Ratio:0.00}", $"{times.Interval.Low:0.00} to {times.Interval.High:0.00}", $"{times.MeasuredSeconds:0.00}");
        }

        table.Print(output);
    }

    private static string Nodes(string keys) => $"cluster.nodes={{{string.Join(", ", Enumerable.Range(1, 8).Select(node => $"node-{node}: {{{keys}}}"))}}}";

    /// <summary>The trial of one policy; the policy's own keys are overridden on the policy, where they stand.</summary>
    private static PlannedTrial Plan(IEnumerable<string> sets, int requests)
    {
        Scenario scenario = ShippedScenarios.Load("network-only.yaml",
            [$"workload.requests={requests}", "expect=null", .. sets.Select(set => set.StartsWith("routing.on_failure", StringComparison.Ordinal)
                ? $"policies.{Policy}.{set["routing.".Length..]}" : set)]);
        return ScenarioExpander.Plan(scenario).Single(trial => trial.Spec.Key.Policy == Policy);
    }

    private static void Go(VirtualTrialRunner runner, PlannedTrial planned)
    {
        ModelSpec spec = planned.Model;
        runner.Run(planned.Spec, new SizesOnlyModel(spec.NumHiddenLayers, spec.Tokens, spec.HiddenSize),
            planned.Spec.Workload.Requests!.Value * planned.Spec.Workload.ImagesPerRequest);
    }
}
