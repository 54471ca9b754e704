using Akka.Actor;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Vision.Model;

namespace LayerShuffle.Actors.Training;

/// <summary>Root of a training over a cluster: its child is the training coordinator. An exception in it ends the training.</summary>
internal sealed class TrainingCoordinatorHost : ReceiveActor
{
    private readonly IActorGuard guard;

    public TrainingCoordinatorHost(
        VisionTransformer model, TrainingOptions options, PartOptimizer optimizer, TrainingDirectory directory, Action<object> tell, IActorGuard guard,
            int? threads)
    {
        this.guard = guard;
        UndeliveredTensors.Watch(Context.System);
        IActorRef coordinator = Context.ActorOf(Props.Create(() => new TrainingCoordinatorActor(model, options, optimizer, directory, tell, threads)),
            "coordinator");
        guard.Watch(coordinator, "The training coordinator's actor");
        directory.EnterCoordinator(coordinator);
        ReceiveAny(_ => { });
    }

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
    {
        guard.Failed(Sender, exception);
        return Directive.Stop;
    });
}
