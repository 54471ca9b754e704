using Akka.Actor;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Vision.Model;

namespace LayerShuffle.Actors.Training;

/// <summary>Root of a training: its children are the training coordinator and the layer hosts. An exception in any of them ends the training.</summary>
public sealed class TrainingRootActor : ReceiveActor
{
    private readonly Action<Exception> failed;
    private readonly IActorGuard? guard;

    /// <summary>Starts the actors and enters them in the directory.</summary>
    public TrainingRootActor(TrainingJob job, TrainingParts parts, TrainingDirectory directory, Action<object> done, Action<Exception> failed,
        IActorGuard? guard)
    {
        (this.failed, this.guard) = (failed, guard);
        VisionTransformer model = job.Model;
        IActorRef coordinator = Context.ActorOf(
            Props.Create(() => new TrainingCoordinatorActor(model, job.Options, parts.Coordinator, directory, done, null)), "coordinator");
        (VitConfig config, ComputePrecision precision) = (model.Config, job.Options.Precision);
        var hosts = new IActorRef[model.Layers.Count];
        for (int i = 0; i < hosts.Length; i++)
        {
            (int id, EncoderLayer layer, PartOptimizer optimizer) = (i, model.Layers[i], parts.Layers[i]); // variables: Akka compiles other arguments
            hosts[i] = Context.ActorOf(Props.Create(() => new TrainableLayerActor(id, layer, config, optimizer, directory, precision)), $"layer-{id}");
        }

        guard?.Watch(coordinator, "The training coordinator's actor");
        for (int i = 0; i < hosts.Length; i++)
            guard?.Watch(hosts[i], $"The training actor of layer {i}");
        directory.Enter(coordinator, hosts);
        ReceiveAny(_ => { });
    }

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
    {
        guard?.Failed(Sender, exception);
        failed(exception);
        return Directive.Stop;
    });
}
