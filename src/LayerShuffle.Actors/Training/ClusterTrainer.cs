using Akka.Actor;
using LayerShuffle.Core.Records;

namespace LayerShuffle.Actors.Training;

/// <summary>
/// Trains a model through layer actors of a cluster on the wall clock: as it is trained on the virtual clock, bitwise, while nothing fails. A layer that is
/// lost costs the step it is lost in: survivors discard it, the layer is restored from the last checkpoint or left out of the orders, and the step is repeated
/// on the same images.
/// </summary>
/// <param name="system">Where the training coordinator runs; not a virtual system.</param>
/// <param name="cluster">Hosts the layers.</param>
/// <param name="evaluator">Measures accuracies after epochs, in this process.</param>
/// <param name="options">Timeouts.</param>
/// <param name="time">The clock of the timeouts.</param>
/// <param name="log">Told in sentences of what was lost, restored and moved, and of checkpoints that cannot be used.</param>
public sealed class ClusterTrainer(
    ActorSystem system, ITrainingCluster cluster, IModelEvaluator evaluator, ClusterTrainerOptions options, TimeProvider time, Action<string>? log = null)
{
    private int started;

    /// <summary>What became of layers that were lost; called on the thread that trains.</summary>
    public event Action<LayerRestoration>? Restored;

    /// <summary>A step is repeated; called on the thread that trains.</summary>
    public event Action<StepRepeated>? Repeated;

    /// <summary>Trains from the job's checkpoint, if it left one, to the last epoch. One training at a time.</summary>
    /// <param name="job">The model; its layers hold the states last collected from the cluster.</param>
    /// <param name="epochDone">Told of every epoch.</param>
    /// <param name="stepDone">Told of every step: done so far and in all.</param>
    /// <param name="cancellation">Stops at once; the last checkpoint stays.</param>
    /// <returns>A record for every epoch, those of an earlier, interrupted training included.</returns>
    /// <exception cref="TrainingInterruptedException">No layer is left, or a step failed too often.</exception>
    public async Task<IReadOnlyList<TrainingRecord>> TrainAsync(
        TrainingJob job, Action<TrainingRecord>? epochDone = null, Action<int, int>? stepDone = null, CancellationToken cancellation = default)
    {
        using var parts = new TrainingParts(job.Model, job.Options);
        TrainingProgress progress = TrainingCheckpoint.Resume(job, parts, log);
        if (TrainingCourse.IsOver(job.Options, progress.Records))
        {
            TrainingLoop.Finish(job, parts);
            return progress.Records;
        }

        int done = progress.Records.Count * TrainingLoop.StepsPerEpoch(job) + progress.EpochSteps;
        var runner = new ClusterStepRunner(cluster, job, parts, options, time, Tell);
        await using (runner.ConfigureAwait(false))
        {
            await runner.StartAsync(system, $"training-{job.Name}-{started++}-{job.TrainingSeed}", done, cancellation).ConfigureAwait(false);
            return await new TrainingLoop(job, parts, runner, evaluator).RunAsync(progress, epochDone, stepDone, cancellation).ConfigureAwait(false);
        }
    }

    private void Tell(object news)
    {
        log?.Invoke(news.ToString()!);
        if (news is LayerRestoration restoration)
            Restored?.Invoke(restoration);
        else if (news is StepRepeated repeated)
            Repeated?.Invoke(repeated);
    }
}

/// <summary>How long a cluster trainer waits, and how often it tries again.</summary>
public sealed record ClusterTrainerOptions
{
    /// <summary>A step that takes longer is abandoned, whoever is silent counts as lost, and it is repeated.</summary>
    public TimeSpan StepTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A layer that has not answered an abort, an import or an export by then counts as lost.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Attempts at one step before the training fails.</summary>
    public int MostAttempts { get; init; } = 100;

    /// <summary>Computing threads of the coordinator; null leaves them as they are.</summary>
    public int? Threads { get; init; }
}

/// <summary>The cluster lost so much that training cannot go on. The last checkpoint stays.</summary>
public sealed class TrainingInterruptedException(string model, int step, string why)
    : Exception(FormattableString.Invariant($"Training of `{model}` cannot go on at step {step}: {why} The last checkpoint stays; resume from it when the ")
        + "cluster is whole again.");
