using Akka.Actor;
using LayerShuffle.Vision;

namespace LayerShuffle.Cluster.Training;

/// <summary>Root of a training over a cluster: its child is the training coordinator. An exception in it ends the training.</summary>
internal sealed class TrainingCoordinatorHost : ReceiveActor
{
    private readonly Action<Exception> failed;

    public TrainingCoordinatorHost(
        VisionTransformer model, TrainingOptions options, PartOptimizer optimizer, TrainingDirectory directory, Action<object> tell, Action<Exception> failed, int? threads)
    {
        this.failed = failed;
        UndeliveredTensors.Watch(Context.System);
        directory.EnterCoordinator(
            Context.ActorOf(Props.Create(() => new TrainingCoordinatorActor(model, options, optimizer, directory, tell, threads)), "coordinator"));
        ReceiveAny(_ => { });
    }

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
    {
        failed(exception);
        return Directive.Stop;
    });
}
