using System.Collections.Concurrent;
using System.Reflection;
using Akka.Actor;
using LayerShuffle.Actors.Ports;

namespace LayerShuffle.Actors.Guarding;

/// <summary>
/// Watches actors of one system, on either clock: the first that fails or ends is told, with its name and the exception's sentence. Its owner disposes of it
/// before it ends these actors itself. All members may be called from any thread.
/// </summary>
public sealed class ActorGuard : IActorGuard, IDisposable
{
    private readonly ActorSystem system;
    private readonly Action<ActorEndedException> ended;
    private readonly ConcurrentDictionary<IActorRef, string> names = [];
    private readonly IActorRef watcher;
    private int told;

    /// <summary>Watches nothing yet.</summary>
    /// <param name="system">Where the actors live.</param>
    /// <param name="ended">Told once, on an actor's thread: it must only hand it on.</param>
    public ActorGuard(ActorSystem system, Action<ActorEndedException> ended)
    {
        (this.system, this.ended) = (system, ended);
        Action<IActorRef> gone = Gone;
        Action unwatched = () => Tell(new ActorEndedException("The watch over the actors has ended, which nobody asked it to."));
        Func<IActorRef, bool> isWatched = names.ContainsKey;
        watcher = system.ActorOf(Props.Create(() => new Watcher(isWatched, gone, unwatched)));
    }

    /// <inheritdoc/>
    public void Watch(IActorRef actor, string name)
    {
        names[actor] = name;
        watcher.Tell(new Watched(actor));
    }

    /// <summary>Its owner is about to end an actor: that is no event.</summary>
    public void Release(IActorRef actor) => names.TryRemove(actor, out _);

    /// <inheritdoc/>
    public void Failed(IActorRef actor, Exception exception)
    {
        Exception cause = exception;
        while (cause is ActorInitializationException or TypeLoadException or TargetInvocationException or AggregateException
            && cause.InnerException is { } inner)
            cause = inner;
        string name = names.GetValueOrDefault(actor) ?? $"The actor {actor.Path.ToStringWithoutAddress()}";
        Tell(new ActorEndedException(cause is ActorKilledException ? $"{name} was killed." : $"{name} failed: {cause.Message}", cause));
    }

    /// <summary>From now on everything may end.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref told, 2) != 2)
            system.Stop(watcher);
    }

    private void Gone(IActorRef actor)
    {
        if (names.TryRemove(actor, out string? name))
            Tell(new ActorEndedException($"{name} has ended, which nobody asked it to."));
    }

    /// <summary>Akka.Cluster ends the whole system where it has been downed: whoever owns the system sees that, and says so.</summary>
    private bool IsShuttingDown => system.HasExtension<CoordinatedShutdown>() && CoordinatedShutdown.Get(system).ShutdownReason is not null;

    private void Tell(ActorEndedException what)
    {
        if (!IsShuttingDown && Interlocked.CompareExchange(ref told, 1, 0) == 0)
            ended(what);
    }

    private sealed record Watched(IActorRef Actor);

    private sealed class Watcher : ReceiveActor
    {
        private readonly Action unwatched;

        public Watcher(Func<IActorRef, bool> isWatched, Action<IActorRef> gone, Action unwatched)
        {
            this.unwatched = unwatched;
            Receive<Watched>(watched => Context.Watch(watched.Actor));
            Receive<Terminated>(terminated =>
            {
                // Children end before their parent does: if it answers, it was the child; if not, it is its parent's own end that is told.
                IActorRef parent = ((IInternalActorRef)terminated.ActorRef).Parent;
                if (isWatched(parent))
                    parent.Tell(new Identify(terminated.ActorRef));
                else
                    gone(terminated.ActorRef);
            });
            Receive<ActorIdentity>(answer =>
            {
                if (!answer.Subject.IsNobody()) // dead letters answer for the dead
                    gone((IActorRef)answer.MessageId);
            });
        }

        protected override void PostStop() => unwatched();
    }
}

/// <summary>An actor without which nothing goes on has failed or ended.</summary>
/// <param name="message">Which, and what happened, in a sentence.</param>
/// <param name="inner">What it threw; null if it only ended.</param>
public sealed class ActorEndedException(string message, Exception? inner = null) : Exception(message, inner);
