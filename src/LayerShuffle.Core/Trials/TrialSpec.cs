using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Reliabilities;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Workloads;

namespace LayerShuffle.Core.Trials;

/// <summary>One trained model under one policy and condition in one repeat: all that a cluster must know to run it.</summary>
public sealed record TrialSpec
{
    /// <summary>What identifies it in the results.</summary>
    public required TrialKey Key { get; init; }

    /// <summary>The scenario's seed.</summary>
    public required long Seed { get; init; }

    /// <summary>Root of the trial's draws. Trials of one repeat share it, so that policies and models meet the same luck.</summary>
    public SeedTree Luck => SeedTree.Root(Seed).Child("repeat").Child(Key.Repeat);

    /// <summary>Conditions of the links.</summary>
    public required NetworkSpec Network { get; init; }

    /// <summary>Faults, in the scenario's order.</summary>
    public required IReadOnlyList<FaultSpec> Faults { get; init; }

    /// <summary>Nodes and placement.</summary>
    public required ClusterSpec Cluster { get; init; }

    /// <summary>Routing with its policy applied.</summary>
    public required RoutingSpec Routing { get; init; }

    /// <summary>Requests and arrivals.</summary>
    public required WorkloadSpec Workload { get; init; }

    /// <summary>Sets of dead nodes that are weighed instead of a trial in time; null: it runs in time.</summary>
    public ReliabilitySpec? Reliability { get; init; }

    /// <summary>What the weights of one layer take, in bytes; null: not known, so that memory sets no limit.</summary>
    public long? LayerBytes { get; init; }

    /// <summary>
    /// Whether anything may befall the numbers of activations or weights on the way, so that a request's answer is not known from its layers and their order.
    /// </summary>
    public bool StrikesTensors => Network.NanGuard || Faults.Any(fault => fault is MemoryFault or ByzantineFault || (fault.LosesWeights && ChangesWeights))
        || Network.Damages(Faults.OfType<LinkFault>().Select(fault => fault.Set));

    /// <summary>Whether an answer is more than what one order of layers makes of the images, so that it must be computed as the trial goes on.</summary>
    public bool NeedsTensors => StrikesTensors || Routing.CombinesLogits || Routing.Parallel > 1;

    private bool ChangesWeights => Cluster.Restore is not (RestoreKind.Checkpoint or RestoreKind.None);

    /// <summary>Requests whose hops are kept: int.MaxValue for all, 0 for off.</summary>
    public required int TraceRequests { get; init; }
}

/// <summary>The columns with which every results file begins.</summary>
/// <param name="Trial">Number of the trial, from 0.</param>
/// <param name="Model">The model's name in the scenario; <c>none</c> where the network alone is simulated.</param>
/// <param name="TrainingSeed">Index of the training seed, from 0.</param>
/// <param name="Policy">The policy's name.</param>
/// <param name="Condition">The condition's name, with its sweep point in brackets.</param>
/// <param name="Repeat">Index of the repeat, from 0.</param>
public sealed record TrialKey(int Trial, string Model, int TrainingSeed, string Policy, string Condition, int Repeat);
