using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Training;

/// <summary>
/// What the steps of a training meet in a virtual cluster, known before it begins: which way each takes, and what befalls the layers' weights. No tensor
/// decides any of it, so it is the same however often the training is interrupted.
/// </summary>
/// <param name="Outline">The training.</param>
/// <param name="Steps">What each step met.</param>
/// <param name="Changes">Weights that are lost and made anew, by step.</param>
/// <param name="Restoration">Where these get them; null: no fault takes weights.</param>
/// <param name="Trial">The record of the attempts: a request each.</param>
public sealed record MetTraining(
    TrainingOutline Outline, IReadOnlyList<MetStep> Steps, IReadOnlyList<MetChange> Changes, Core.Faults.LayerRestoration? Restoration, TrialRecord Trial)
{
    /// <summary>Whether layers go back to what they were at a checkpoint.</summary>
    public bool GoesBack => Restoration is { Kind: Core.Clusters.RestoreKind.Checkpoint } && Changes.Any(change => change.Gone is not null);

    /// <summary>All that of it decides weights, in words.</summary>
    public IEnumerable<string> Words()
    {
        foreach (MetStep step in Steps)
            yield return string.Join(' ', step.Executed);
        foreach (MetChange change in Changes)
            yield return FormattableString.Invariant($"{change.Step} {change.Layer} {Restoration?.Word} {string.Join(' ', change.Gone ?? [])}");
    }

    /// <summary>An epoch's record with what its steps met.</summary>
    /// <param name="record">The record.</param>
    /// <param name="first">The epoch's first step.</param>
    public TrainingRecord Tell(TrainingRecord record, int first)
    {
        MetStep[] met = [.. Steps.Skip(first).Take(record.Step - first)];
        return record with
        {
            StepsHit = met.Count(step => step.Missed.Length > 0 || step.Attempts > 1),
            LayersSkipped = met.Sum(step => step.Missed.Length),
            StepsRepeated = met.Sum(step => step.Attempts - 1),
        };
    }
}

/// <summary>What a step met.</summary>
/// <param name="Executed">The layers that its first batch ran through, in their order.</param>
/// <param name="Missed">Those that were planned and did not run, ascending.</param>
/// <param name="Attempts">How often it was tried: attempts that fail are repeated on the same images.</param>
/// <param name="Ends">When it was done.</param>
public sealed record MetStep(int[] Executed, int[] Missed, int Attempts, Instant Ends);

/// <summary>A layer loses its weights, or is given new ones.</summary>
/// <param name="Step">Before this step.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Node">The node that hosts it, by endpoint.</param>
/// <param name="At">When.</param>
/// <param name="Gone">All layers without weights when new ones are made; null: it stays without, and does nothing from then on.</param>
public sealed record MetChange(int Step, int Layer, int Node, Instant At, IReadOnlyList<int>? Gone);
