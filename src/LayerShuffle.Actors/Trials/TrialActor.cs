using Akka.Actor;
using LayerShuffle.Actors.Faults;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Actors.Protocol;
using LayerShuffle.Core.Clusters;

namespace LayerShuffle.Actors.Trials;

/// <summary>
/// Root of one trial's cluster in one process: the coordinator, the nodes and what strikes them are its children. A failure in any of them fails the trial.
/// </summary>
public sealed class TrialActor : ReceiveActor
{
    private readonly TrialCluster cluster;
    private readonly EndpointContext context;

    /// <summary>Starts them.</summary>
    public TrialActor(TrialCluster cluster, EndpointContext context, IRequestModel model, TrialPlan plan, RequestLog log, ClusterSpec spec, FaultSetting faults)
    {
        (this.cluster, this.context) = (cluster, context);
        var endpoints = new IActorRef[spec.Nodes.Count + 1];
        endpoints[EndpointContext.Coordinator] = Context.ActorOf(CoordinatorActor.Props(context, model, plan, log), ClusterSpec.Coordinator);
        for (int node = 1; node < endpoints.Length; node++)
            endpoints[node] = Context.ActorOf(NodeActor.Props(node, spec.Nodes[node - 1], context), $"node-{node}");
        context.Guard?.Watch(endpoints[EndpointContext.Coordinator], "The coordinator's actor");
        for (int node = 1; node < endpoints.Length; node++)
            context.Guard?.Watch(endpoints[node], $"The actor of {spec.Nodes[node - 1].Name}");
        cluster.Faults = Context.ActorOf(FaultActor.Props(faults), "faults");
        context.Guard?.Watch(cluster.Faults, "The actor of the trial's faults");
        cluster.Endpoints = endpoints;
        ReceiveAny(_ => { });
    }

    /// <summary>How to create one.</summary>
    public static Props Props(TrialCluster cluster, EndpointContext context, IRequestModel model, TrialPlan plan, RequestLog log, ClusterSpec spec,
        FaultSetting faults) =>
        Akka.Actor.Props.Create(() => new TrialActor(cluster, context, model, plan, log, spec, faults));

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
    {
        context.Guard?.Failed(Sender, exception);
        cluster.Failure ??= exception;
        return Directive.Stop;
    });
}

/// <summary>What the runner sees of a trial's actors.</summary>
public sealed class TrialCluster
{
    /// <summary>The endpoints' actors by index; 0 is the coordinator.</summary>
    public IActorRef[] Endpoints { get; set; } = [];

    /// <summary>Lets the trial's faults strike.</summary>
    public IActorRef Faults { get; set; } = ActorRefs.Nobody;

    /// <summary>The first exception of an actor: it fails the trial.</summary>
    public Exception? Failure { get; set; }
}
