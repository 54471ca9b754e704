using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Records;

/// <summary>One request, as <c>requests.csv</c> tells of it. What a request that did not complete has no value for is null.</summary>
public sealed record RequestRecord
{
    /// <summary>Its number, from 0 in order of submission.</summary>
    public required int Request { get; init; }

    /// <summary>Index of its first image in the test set.</summary>
    public required int FirstImage { get; init; }

    /// <summary>How many images it carries.</summary>
    public required int Images { get; init; }

    /// <summary>Images whose best class was right; null without a model or a result.</summary>
    public int? Correct { get; init; }

    /// <summary>Images whose class was among the best five; null without a model or a result.</summary>
    public int? CorrectTop5 { get; init; }

    /// <summary>Mean cross-entropy of its images (natural logarithm), but for those whose answer was not finite; null without a model or where no answer is
    /// finite.</summary>
    public double? Loss { get; init; }

    /// <summary>Images whose answer held NaN or infinity and counts as wrong.</summary>
    public int NotFinite { get; init; }

    /// <summary>Whether it was submitted during the warm-up: it counts in no metric.</summary>
    public bool WarmUp { get; init; }

    /// <summary>Whether it ended without a result after all faults were lifted (<c>workload.heal_after</c>).</summary>
    public bool Unhealed { get; init; }

    /// <summary>How it ended.</summary>
    public required RequestOutcome Outcome { get; init; }

    /// <summary>When it was submitted.</summary>
    public required Instant Submitted { get; init; }

    /// <summary>When it had its outcome, whatever that was; null where that was not kept.</summary>
    public Instant? Ended { get; init; }

    /// <summary>From submission to result; null if not completed.</summary>
    public Duration? Latency { get; init; }

    /// <summary>Executed layer ids in execution order; null if not completed.</summary>
    public IReadOnlyList<int>? Order { get; init; }

    /// <summary>Layer ids lost to failures; null if not completed.</summary>
    public IReadOnlyList<int>? Skipped { get; init; }

    /// <summary>Layer ids left out on purpose.</summary>
    public required IReadOnlyList<int> Pruned { get; init; }

    /// <summary>Resends on the journey of the result; null if not completed.</summary>
    public int? Retries { get; init; }

    /// <summary>Of these, second copies of hops that are hedged; null if not completed.</summary>
    public int? Hedges { get; init; }
}

/// <summary>How a request ended. Every request has exactly one outcome.</summary>
public enum RequestOutcome
{
    /// <summary>Its result reached the coordinator in time.</summary>
    Completed,

    /// <summary>A sender gave it up.</summary>
    Failed,

    /// <summary>It was not completed by its deadline.</summary>
    DeadlineExceeded,
}
