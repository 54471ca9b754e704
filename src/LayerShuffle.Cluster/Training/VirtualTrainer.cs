using LayerShuffle.Cluster.Virtual;
using LayerShuffle.Network.Records;
using LayerShuffle.Network.Routing;

namespace LayerShuffle.Cluster.Training;

/// <summary>Trains a model through layer actors on the virtual clock, undisturbed by network and faults.</summary>
/// <param name="system">Hosts the actors.</param>
/// <param name="log">Told in a sentence of checkpoints that cannot be used, and of answers that are no numbers.</param>
public sealed class VirtualTrainer(VirtualActorSystem system, Action<string>? log = null)
{
    private readonly ModelEvaluator evaluator = new(system, log: log);
    private int started;

    /// <summary>Trains from the job's checkpoint, if it left one, to the last epoch.</summary>
    /// <param name="job">The model.</param>
    /// <param name="epochDone">Told of every epoch.</param>
    /// <param name="stepDone">Told of every step: done so far and in all.</param>
    /// <param name="cancellation">Stops between two steps; the last checkpoint stays.</param>
    /// <returns>A record for every epoch, those of an earlier, interrupted training included.</returns>
    public IReadOnlyList<TrainingRecord> Train(TrainingJob job, Action<TrainingRecord>? epochDone = null, Action<int, int>? stepDone = null, CancellationToken cancellation = default)
    {
        using var parts = new TrainingParts(job.Model, job.Options);
        TrainingProgress progress = TrainingCheckpoint.Resume(job, parts, log);
        using var runner = new VirtualStepRunner(system, job, parts, $"training-{job.Name}-{started++}-{job.TrainingSeed}");
        Task<IReadOnlyList<TrainingRecord>> training = new TrainingLoop(job, parts, runner, evaluator).RunAsync(progress, epochDone, stepDone, cancellation);
        return training.GetAwaiter().GetResult(); // complete: virtual steps wait for nothing
    }

    /// <summary>Accuracy on the test images in training order or in random orders, by a trial on a perfect network.</summary>
    public double Evaluate(TrainingJob job, OrderKind order, CancellationToken cancellation = default) => evaluator.Evaluate(job, order, cancellation);
}
