using Akka.Actor;
using LayerShuffle.Actors.Ports;

namespace LayerShuffle.Cluster.Wall;

/// <summary>Root of an endpoint's actors in one trial: passes everything on to its only child. A failure of it is told, and ends it.</summary>
internal sealed class WallTrialRoot : ReceiveActor
{
    /// <summary>The child's name.</summary>
    public const string Child = "endpoint";

    private readonly IActorGuard guard;

    /// <summary>Starts the endpoint's actor.</summary>
    /// <param name="child">How.</param>
    /// <param name="name">What a sentence calls it.</param>
    /// <param name="guard">Watches over both.</param>
    public WallTrialRoot(Props child, string name, IActorGuard guard)
    {
        this.guard = guard;
        guard.Watch(Self, "The root of the trial's actors");
        IActorRef endpoint = Context.ActorOf(child, Child);
        guard.Watch(endpoint, name);
        ReceiveAny(endpoint.Forward);
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
    {
        guard.Failed(Sender, exception);
        return Directive.Stop;
    });
}
