using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Records;

namespace LayerShuffle.Scenarios.Specs;

/// <summary>A scenario, validated, its defaults filled and its conditions written out.</summary>
public sealed record Scenario
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it shows.</summary>
    public string Description { get; init; } = "";

    /// <summary>The clock that it runs on.</summary>
    public ScenarioClock Clock { get; init; }

    /// <summary>The nodes that all its trials need, in order. On the wall clock every trial uses these or the first of them.</summary>
    public IReadOnlyList<NodeSpec> Nodes => Conditions.MaxBy(variant => variant.Cluster.Nodes.Count)?.Cluster.Nodes ?? [];

    /// <summary>Seed of every random draw.</summary>
    public required long Seed { get; init; }

    /// <summary>How often network, faults, orders and arrivals are drawn again.</summary>
    public required int Repeats { get; init; }

    /// <summary>Computing threads.</summary>
    public required int Threads { get; init; }

    /// <summary>The images; null only where the network alone is simulated.</summary>
    public DatasetSpec? Dataset { get; init; }

    /// <summary>The models, in order.</summary>
    public required IReadOnlyList<ModelSpec> Models { get; init; }

    /// <summary>Whether the network alone is simulated (<c>model: none</c>).</summary>
    public required bool NetworkOnly { get; init; }

    /// <summary>Every policy (outermost), condition and sweep point (innermost, the last key fastest).</summary>
    public required IReadOnlyList<TrialVariant> Conditions { get; init; }

    /// <summary>Swept keys, in order.</summary>
    public required IReadOnlyList<string> SweepKeys { get; init; }

    /// <summary>What must hold.</summary>
    public required IReadOnlyList<ExpectationSpec> Expectations { get; init; }

    /// <summary>What models, policies and conditions are ranked by, the first first; none: by the usual.</summary>
    public IReadOnlyList<Objective> Objectives { get; init; } = [];

    /// <summary>Requests of a trial whose hops are kept: int.MaxValue for all, 0 for off.</summary>
    public required int Trace { get; init; }

    /// <summary>What the trained models' layers are asked; null: nothing.</summary>
    public ProbeSpec? Probes { get; init; }
}
