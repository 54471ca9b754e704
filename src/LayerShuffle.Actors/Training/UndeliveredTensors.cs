using Akka.Actor;
using Akka.Event;

namespace LayerShuffle.Actors.Training;

/// <summary>
/// Frees the tensors of training messages whose receiver is gone: a dead host's mailbox, and what is sent to it afterwards. One per actor system: two would
/// free the same tensor at once.
/// </summary>
public sealed class UndeliveredTensors : IExtension
{
    private UndeliveredTensors(IActorRef listener) => Listener = listener;

    /// <summary>Who listens.</summary>
    internal IActorRef Listener { get; }

    /// <summary>
    /// Listens in this system from now on; once is enough, more often does no harm. To be called in every system that hosts a part of a training.
    /// </summary>
    public static UndeliveredTensors Watch(ActorSystem system) => system.WithExtension<UndeliveredTensors, Provider>();

    private sealed class Provider : ExtensionIdProvider<UndeliveredTensors>
    {
        public override UndeliveredTensors CreateExtension(ExtendedActorSystem system)
        {
            IActorRef listener = system.SystemActorOf(Props.Create(() => new ListenerActor()), "undelivered-tensors");
            system.EventStream.Subscribe(listener, typeof(AllDeadLetters));
            return new UndeliveredTensors(listener);
        }
    }

    private sealed class ListenerActor : ReceiveActor
    {
        public ListenerActor() => Receive<AllDeadLetters>(letter => (letter.Message as ITensorMessage)?.Release());
    }
}
