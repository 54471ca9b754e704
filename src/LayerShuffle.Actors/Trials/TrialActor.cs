using Akka.Actor;
using LayerShuffle.Actors.Ports;

namespace LayerShuffle.Actors.Trials;

/// <summary>An actor of a trial.</summary>
/// <param name="Name">Its name below the root.</param>
/// <param name="Props">How it is made.</param>
/// <param name="Sentence">What a sentence calls it; its beginning.</param>
public sealed record TrialMember(string Name, Props Props, string Sentence);

/// <summary>
/// Root of what one process has of a trial, in either world: the actors of endpoints, and of what strikes them, are its children. A failure of one is told, and
/// ends it. What the root is told is for the first of them.
/// </summary>
public sealed class TrialActor : ReceiveActor
{
    private readonly IActorGuard guard;
    private readonly Action<Exception>? failed;

    /// <summary>Starts them.</summary>
    /// <param name="members">Who.</param>
    /// <param name="guard">Watches over all of them, and over the root.</param>
    /// <param name="started">Told of them, in their order.</param>
    /// <param name="failed">Told what one of them throws, before its end is; null: nobody but the guard.</param>
    public TrialActor(IReadOnlyList<TrialMember> members, IActorGuard guard, Action<IActorRef[]>? started = null, Action<Exception>? failed = null)
    {
        (this.guard, this.failed) = (guard, failed);
        guard.Watch(Self, "The root of the trial's actors");
        IActorRef[] actors = [.. members.Select(member => Context.ActorOf(member.Props, member.Name))];
        for (int i = 0; i < actors.Length; i++)
            guard.Watch(actors[i], members[i].Sentence);
        started?.Invoke(actors);
        ReceiveAny(message => actors[0].Forward(message));
    }

    /// <summary>How to make the root of several.</summary>
    public static Props Props(IReadOnlyList<TrialMember> members, IActorGuard guard, Action<IActorRef[]>? started = null, Action<Exception>? failed = null) =>
        Akka.Actor.Props.Create(() => new TrialActor(members, guard, started, failed));

    /// <summary>How to make the root of one.</summary>
    public static Props Props(TrialMember member, IActorGuard guard) => Props([member], guard);

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
    {
        guard.Failed(Sender, exception);
        failed?.Invoke(exception);
        return Directive.Stop;
    });
}
