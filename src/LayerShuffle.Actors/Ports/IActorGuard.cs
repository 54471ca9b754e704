using Akka.Actor;

namespace LayerShuffle.Actors.Ports;

/// <summary>Notices when an actor ends that others depend on, whatever ended it, and says which.</summary>
public interface IActorGuard
{
    /// <summary>From now on its end is an event.</summary>
    /// <param name="actor">An actor that nobody may lose.</param>
    /// <param name="name">What a sentence calls it; its beginning.</param>
    void Watch(IActorRef actor, string name);

    /// <summary>From now on its end is none: it is let go on purpose.</summary>
    /// <param name="actor">The actor.</param>
    void Release(IActorRef actor);

    /// <summary>An actor threw: told by its supervisor, before its end is.</summary>
    /// <param name="actor">It, whether it is watched or not.</param>
    /// <param name="exception">What it threw.</param>
    void Failed(IActorRef actor, Exception exception);
}
