using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Reliabilities;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Scenarios.Language;

namespace LayerShuffle.Scenarios.Specs;

/// <summary>A condition at one sweep point under one policy: what every model meets there.</summary>
public sealed record TrialVariant
{
    /// <summary>The condition as it is displayed, its sweep point in brackets: <c>loss-5[routing.order=arbitrary,network.loss=1%]</c>.</summary>
    public required string Condition { get; init; }

    /// <summary>The condition's name without its sweep point.</summary>
    public required string BaseCondition { get; init; }

    /// <summary>The policy.</summary>
    public required string Policy { get; init; }

    /// <summary>Swept keys in order, each with its value as written.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> SweepValues { get; init; }

    /// <summary>Those swept values that are numbers, by key, in SI units.</summary>
    public IReadOnlyDictionary<string, double> SweepNumbers => SweepValues.Select(value => (value.Key, Number: SweptNumber.Of(value.Key, value.Value)))
        .Where(value => value.Number is not null).ToDictionary(value => value.Key, value => value.Number!.Value, StringComparer.Ordinal);

    /// <summary>Conditions of the links.</summary>
    public required NetworkSpec Network { get; init; }

    /// <summary>Faults in the scenario's order.</summary>
    public required IReadOnlyList<FaultSpec> Faults { get; init; }

    /// <summary>Nodes and placement.</summary>
    public required ClusterSpec Cluster { get; init; }

    /// <summary>Routing with its policy applied.</summary>
    public required RoutingSpec Routing { get; init; }

    /// <summary>Requests and arrivals.</summary>
    public required WorkloadSpec Workload { get; init; }

    /// <summary>Sets of dead nodes that are weighed instead of a trial in time; null: it runs in time.</summary>
    public ReliabilitySpec? Reliability { get; init; }
}
