using Akka.Actor;

namespace LayerShuffle.Cluster.Wall;

/// <summary>Root of an endpoint's actors in one trial: passes everything on to its only child. A failure of it is told, and ends it.</summary>
internal sealed class WallTrialRoot : ReceiveActor
{
    private readonly Action<Exception> failed;

    public WallTrialRoot(Props child, Action<Exception> failed)
    {
        this.failed = failed;
        IActorRef endpoint = Context.ActorOf(child, "endpoint");
        ReceiveAny(endpoint.Forward);
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
    {
        failed(exception);
        return Directive.Stop;
    });
}
