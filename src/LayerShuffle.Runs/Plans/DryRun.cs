using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Reliabilities;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Datasets;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Images;
using LayerShuffle.Runs.Models;
using LayerShuffle.Runs.Options;
using LayerShuffle.Runs.Telling;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Runs.Plans;

/// <summary>What a run would do, in lines for people: the effective scenario, the trials, the fault timeline and what can be foretold.</summary>
internal static class DryRun
{
    private const int MostEvents = 10_000, MostOfEndless = 50; // of one trial's faults

    /// <summary>The effective scenario, and each trial with its faults.</summary>
    public static IEnumerable<string> Lines(string effective, Scenario scenario, IReadOnlyList<PlannedTrial> trials)
    {
        yield return "# effective scenario";
        yield return effective.TrimEnd();
        yield return "";
        yield return $"# {trials.Count} trials";
        foreach (PlannedTrial trial in trials)
        {
            TrialKey key = trial.Spec.Key;
            yield return $"{key.Trial}: {key.Model}, training seed {key.TrainingSeed}, policy {key.Policy}, "
                + $"condition {key.Condition}, repeat {key.Repeat}";
            if (trial.Spec.Cluster.Placement.Kind == PlacementKind.Capacity)
                yield return $"    layers: {Layers(trial, scenario.Clock)}";
            if (trial.Spec.Reliability is { } reliability)
            {
                yield return FormattableString.Invariant($"    weighed: {Sets(reliability)}");
                continue;
            }

            foreach (string line in Timeline(trial.Spec))
                yield return $"    {line}";
            if (Foretell(trial, scenario.Clock) is { } foretold)
                yield return $"    {foretold}";
        }

        foreach (string line in SoftErrors.Lines(trials))
            yield return line;
    }

    /// <summary>What is going to be trained, what is reused, and which requests compute long.</summary>
    public static IReadOnlyList<string> Models(Scenario scenario, IReadOnlyList<PlannedTrial> trials, RunOptions options, ModelStore store)
    {
        if (scenario.NetworkOnly)
            return [];
        List<string> lines = ["", "# models"];
        try
        {
            var data = new RunData(scenario, new Lazy<TorchSharp.torch.Device>(() => Devices.Select(options.Device)), scenario.Threads);
            var keys = new TrainingKeys(scenario, data, ComputePlace.Foretold(scenario, options.Device), options.TrainedAnywhere ? store : null);
            lines.AddRange(TrainingForecast.Lines(scenario, trials, keys, data, store, options.Retrain));
            lines.AddRange(RequestForecast.Guesses(scenario, trials, data));
        }
        catch (Exception problem) when (problem is DatasetException or IOException or UnauthorizedAccessException)
        {
            lines.Add($"What is trained cannot be foretold: {problem.Message}");
        }

        return lines;
    }

    private static string Sets(ReliabilitySpec reliability) => reliability.IsExact
        ? FormattableString.Invariant($"all {1 << reliability.Uncertain.Count} sets of {reliability.Uncertain.Count} that may be dead")
        : FormattableString.Invariant($"{ReliabilitySpec.Draws} draws of {reliability.Uncertain.Count} that may be dead");

    /// <summary>Who hosts what; on the wall clock that may depend on what the nodes have.</summary>
    private static string Layers(PlannedTrial trial, ScenarioClock clock)
    {
        TrialSpec spec = trial.Spec;
        string[] open = clock == ScenarioClock.Virtual ? [] : [.. spec.Cluster.Nodes.Where(node => node.Capacity is null
            || (node.MemoryBytes is null && trial.Model.Architecture != "none")).Select(node => node.Name)];
        if (open.Length > 0)
            return $"known when the nodes have joined ({(open.Length <= 4 ? string.Join(", ", open) : $"{open.Length} nodes")}: `capacity` or `memory` is not "
                + "given)";
        return PlacementText.Of(spec.Cluster, Placement.Compute(spec.Cluster, trial.Model.NumHiddenLayers, spec.Routing.Replicas, spec.LayerBytes));
    }

    /// <summary>The fault timeline; of one without an end, or a very long one, how it begins.</summary>
    private static IEnumerable<string> Timeline(TrialSpec spec)
    {
        Topology topology = Topology.Of(spec.Cluster);
        string[] endless = spec.Workload.HealAfter is not null ? []
            : [.. spec.Faults.Where(fault => FaultTimeline.IsEndless(fault, spec.Faults)).Select(fault => fault.Name)];
        int most = endless.Length > 0 ? MostOfEndless : MostEvents, listed = 0;
        foreach (FaultEvent fault in HealedTimeline.Of(FaultTimeline.Events(spec.Faults, topology, spec.Luck), spec.Workload.HealAfter))
        {
            if (listed++ == most)
            {
                yield return endless.Length > 0 ? $"… and so on: {string.Join(", ", endless)} to the end of the trial" : "… and so on";
                yield break;
            }

            yield return $"{fault.At}: {fault.Fault.Name} {(fault.Begins ? "begins" : "ends")}{Targets(fault, topology)}";
        }
    }

    private static string Targets(FaultEvent fault, Topology topology) =>
        fault.Fault is PartitionFault ? fault.Groups is null ? "" : " between " + FaultEffects.Target(fault) :
        fault.Fault is LinkFault ? "" : " on " + (fault.Targets.Count == 0 ? "no node" : string.Join(", ", fault.Targets.Select(topology.Name)));

    /// <summary>The closed form of the design: without trouble and with one request in flight, latency is L·c + (L+1)·(d + size ÷ bandwidth).</summary>
    private static string? Foretell(PlannedTrial trial, ScenarioClock clock)
    {
        TrialSpec spec = trial.Spec;
        LinkConditions link = spec.Network.Default;
        int layers = trial.Model.NumHiddenLayers - (spec.Routing.Prune?.Layers ?? 0);
        bool plain = link.Trace is null && spec.Faults.Count == 0 && spec.Network.Links.Count == 0 && !spec.Cluster.SharesRates
            && link.Latency.Kind == DelayKind.Constant && !link.Loses && link.Corrupt + link.Reorder + link.Duplicate == 0;
        bool own = spec.Cluster.Nodes.Count >= trial.Model.NumHiddenLayers && spec.Cluster.Placement == PlacementSpec.RoundRobin;
        bool same = spec.Cluster.Nodes.All(n => n.ComputeTime == spec.Cluster.Nodes[0].ComputeTime && n is { Slowdown: 1, Resident: null }
            && n.ComputeTime.Base.Kind == DelayKind.Constant);
        bool chooses = spec.Routing.Replicas > 1 && (spec.Routing.Copies != CopyChoice.First || spec.Routing.Order == OrderKind.Opportunistic);
        if (spec.Routing.Order == OrderKind.Explicit || !own || !same || chooses)
            return null;
        if (spec.Routing.Hedge is not null || spec.Routing.Redundancy is not null || spec.Routing.Parallel > 1)
            return null; // copies that both arrive are executed twice, and what is lost is seldom lost twice
        if (plain && spec.Workload.Arrivals is { Kind: ArrivalKind.Closed, Concurrency: 1 })
        {
            double compute = spec.Cluster.Nodes[0].ComputeTime.Sample(0.5, spec.Workload.ImagesPerRequest).TotalMilliseconds,
                hop = link.Latency.Mean.TotalMilliseconds
                    + 1000 * link.TransmissionSeconds(trial.Model.ActivationBytes(spec.Workload.ImagesPerRequest, spec.Cluster.Wire));
            return FormattableString.Invariant($"foretold: every request of {spec.Workload.ImagesPerRequest} image(s) takes ")
                + FormattableString.Invariant($"{(clock == ScenarioClock.Wall ? "at least " : "")}{layers * compute + (layers + 1) * hop:0.######} ms");
        }

        bool independent = spec.Faults.Count == 0 && link is { Trace: null, Loss: > 0, LossChain: null, LoseFirst: 0, Queue: null };
        long bytes = trial.Model.ActivationBytes(spec.Workload.ImagesPerRequest, spec.Cluster.Wire);
        double loss = link.MessageLoss(bytes);
        if (independent && link.Packets is { Missing: MissingPackets.Resend } packets)
            return FormattableString.Invariant($"foretold: a message takes {packets.MeanRounds(link.Loss, bytes):0.###} rounds until all its packets arrive");
        if (independent && spec.Routing is { OnFailure: OnFailure.Fail, Retries: 0 })
            return $"foretold: {Percent.Of(Math.Pow(1 - loss, layers + 1), 2)} of the requests complete";
        if (independent && spec.Routing is { OnFailure: OnFailure.Skip, Avoid: null })
            return $"foretold: a layer is skipped with probability {Percent.Of(Math.Pow(loss, spec.Routing.Retries + 1), 4)}";
        return null;
    }
}
