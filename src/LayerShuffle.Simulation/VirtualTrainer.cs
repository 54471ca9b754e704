using Akka.Actor;
using LayerShuffle.Actors.Guarding;
using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;

namespace LayerShuffle.Simulation;

/// <summary>Trains a model through layer actors on the virtual clock, undisturbed but for what the job says that its steps meet.</summary>
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
    public IReadOnlyList<TrainingRecord> Train(TrainingJob job, Action<TrainingRecord>? epochDone = null, Action<int, int>? stepDone = null,
        CancellationToken cancellation = default)
    {
        using var parts = new TrainingParts(job.Model, job.Options);
        TrainingProgress progress = TrainingCheckpoint.Resume(job, parts, log);
        using var runner = new VirtualStepRunner(system, job, parts, $"training-{job.Name}-{started++}-{job.TrainingSeed}", log);
        Task<IReadOnlyList<TrainingRecord>> training = new TrainingLoop(job, parts, runner, evaluator).RunAsync(progress, epochDone, stepDone, cancellation);
        return training.GetAwaiter().GetResult(); // complete: virtual steps wait for nothing
    }

    /// <summary>Accuracy on the test images in training order or in random orders, by a trial on a perfect network.</summary>
    public double Evaluate(TrainingJob job, OrderKind order, CancellationToken cancellation = default) => evaluator.Evaluate(job, order, cancellation);
}

/// <summary>Steps on the virtual clock, done when the kernel has nothing left to do. Its tasks are complete when they are returned.</summary>
internal sealed class VirtualStepRunner : IStepRunner, IDisposable
{
    private readonly VirtualActorSystem system;
    private readonly TrainingJob job;
    private readonly TrainingDirectory directory = new();
    private readonly ActorGuard guard;
    private readonly IActorRef root;
    private readonly MetSteps? met;
    private StepResult? result;
    private IReadOnlyList<double> squaredNorms = [];
    private Exception? failure;

    public VirtualStepRunner(VirtualActorSystem system, TrainingJob job, TrainingParts parts, string name, Action<string>? log = null)
    {
        (this.system, this.job) = (system, job);
        met = job.Met is { } meets ? new MetSteps(meets, job, parts, job.Memory!, log) : null;
        met?.Begin();
        Action<object> done = what =>
        {
            if (what is StepResult r)
                result = r;
            else if (what is GradientsKnown known)
                squaredNorms = known.Squared;
        };
        Action<Exception> failed = exception => failure ??= exception;
        guard = new ActorGuard(system.System, failed);
        root = system.System.ActorOf(Props.Create(() => new TrainingRootActor(job, parts, directory, done, failed, guard)), name);
        guard.Watch(root, "The root of the training's actors");
        system.Kernel.Drain();
    }

    public bool TrainsInPlace => true;

    public Task<StepResult> RunAsync(TrainStep step, CancellationToken cancellation)
    {
        result = null;
        step = met?.Before(step) ?? step;
        directory.Coordinator.Tell(step);
        system.Kernel.Drain();
        if (failure is not null)
            throw new InvalidOperationException($"Training of {job.Name}, step {step.Step}: {failure.Message}", failure);
        StepResult ended = result ?? throw new InvalidOperationException($"Training of {job.Name}: step {step.Step} did not end. This is a bug.");
        met?.Done(ended, squaredNorms);
        return Task.FromResult(ended);
    }

    public Task CollectAsync(int stepsDone, CancellationToken cancellation)
    {
        met?.Save(stepsDone);
        return Task.CompletedTask; // layers train in place
    }

    public void Dispose()
    {
        guard.Dispose();
        system.Stop(root);
    }
}
