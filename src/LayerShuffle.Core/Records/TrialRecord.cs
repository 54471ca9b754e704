using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Models;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Core.Records;

/// <summary>All that a trial leaves behind.</summary>
public sealed record TrialRecord
{
    /// <summary>What identifies it.</summary>
    public required TrialKey Key { get; init; }

    /// <summary>One per request, by request number. Empty where they went to an <see cref="ITrialRows"/>.</summary>
    public required IReadOnlyList<RequestRecord> Requests { get; init; }

    /// <summary>Hop attempts of the traced requests, by request and time. Empty where they went to an <see cref="ITrialRows"/>.</summary>
    public required IReadOnlyList<HopRecord> Hops { get; init; }

    /// <summary>Every fault event in order of time.</summary>
    public required IReadOnlyList<LedgerEntry> Ledger { get; init; }

    /// <summary>One per directed link that carried or dropped anything.</summary>
    public required IReadOnlyList<LinkRecord> Links { get; init; }

    /// <summary>Layers of the model.</summary>
    public required int Layers { get; init; }

    /// <summary>Deadline of every request: what a failure counts as in <c>latency_p95_all_ms</c>.</summary>
    public required Duration Deadline { get; init; }

    /// <summary>Resends of hops, of all branches.</summary>
    public required long Retries { get; init; }

    /// <summary>Of these, second copies of hops that are hedged.</summary>
    public long Hedges { get; init; }

    /// <summary>Results that arrived after the request had its outcome.</summary>
    public required long ResultsSuperseded { get; init; }

    /// <summary>Whether faults are lifted at some time, after which every open request must complete.</summary>
    public bool Heals { get; init; }

    /// <summary>From the first submission, or from the end of the warm-up, to the last outcome: the clock's own seconds.</summary>
    public required Duration Length { get; init; }

    /// <summary>When measuring began: 0, or the end of the warm-up.</summary>
    public Instant MeasuredFrom { get; init; }

    /// <summary>The cluster's failure domains.</summary>
    public IReadOnlyList<FailureDomain> Domains { get; init; } = [];

    /// <summary>The share of the trial's time that a node was up, mean over the nodes; null where that is not known.</summary>
    public double? Availability { get; init; }

    /// <summary>Energy of nodes and links over <see cref="Length"/>, in joules; null where nothing is known of it.</summary>
    public double? Joules { get; init; }

    /// <summary>What the nodes cost over <see cref="Length"/>; null where no price is given.</summary>
    public double? Price { get; init; }

    /// <summary>What the model computes for an image; null without a model.</summary>
    public ModelFlops? Flops { get; init; }

    /// <summary>What is expected over sets of dead nodes, where that was asked for instead of a trial in time; else null.</summary>
    public ReliabilityRecord? Reliability { get; init; }

    /// <summary>Whether a model computed: without one the accuracies are blank.</summary>
    public required bool HasModel { get; init; }
}

/// <summary>Takes the rows of a trial while it runs, as soon as nothing can change them any more, so that a trial need not hold them all.</summary>
public interface ITrialRows
{
    /// <summary>A request has its outcome, and all before it have theirs: they come in the order of their numbers.</summary>
    void Add(RequestRecord request);

    /// <summary>A hop attempt of a traced request: they come by request, then in the order of sending.</summary>
    void Add(HopRecord hop);
}
