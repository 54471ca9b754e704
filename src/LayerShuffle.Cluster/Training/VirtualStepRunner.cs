using Akka.Actor;
using LayerShuffle.Cluster.Guarding;
using LayerShuffle.Cluster.Virtual;

namespace LayerShuffle.Cluster.Training;

/// <summary>Steps on the virtual clock: undisturbed, and done when the kernel has nothing left to do. Its tasks are complete when they are returned.</summary>
internal sealed class VirtualStepRunner : IStepRunner, IDisposable
{
    private readonly VirtualActorSystem system;
    private readonly TrainingJob job;
    private readonly TrainingDirectory directory = new();
    private readonly ActorGuard guard;
    private readonly IActorRef root;
    private StepResult? result;
    private Exception? failure;

    public VirtualStepRunner(VirtualActorSystem system, TrainingJob job, TrainingParts parts, string name)
    {
        (this.system, this.job) = (system, job);
        Action<StepResult> done = r => result = r;
        Action<Exception> failed = exception => failure ??= exception;
        guard = new ActorGuard(system.System, failed);
        root = system.System.ActorOf(Props.Create(() => new TrainingRootActor(job, parts, directory, done, failed, guard)), name);
        guard.Watch(root, "The root of the training's actors");
        system.Kernel.Drain();
    }

    public Task<StepResult> RunAsync(TrainStep step, CancellationToken cancellation)
    {
        result = null;
        directory.Coordinator.Tell(step);
        system.Kernel.Drain();
        if (failure is not null)
            throw new InvalidOperationException($"Training of {job.Name}, step {step.Step}: {failure.Message}", failure);
        return Task.FromResult(result ?? throw new InvalidOperationException($"Training of {job.Name}: step {step.Step} did not end. This is a bug."));
    }

    public Task CollectAsync(int stepsDone, CancellationToken cancellation) => Task.CompletedTask; // layers train in place

    public void Dispose()
    {
        guard.Dispose();
        system.Stop(root);
    }
}
