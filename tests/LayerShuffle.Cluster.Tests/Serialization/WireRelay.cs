using Akka.Actor;
using LayerShuffle.Actors.Training;

namespace LayerShuffle.Cluster.Tests.Serialization;

/// <summary>Passes on what arrives of every message that is written and read; what a process tells itself goes as it is.</summary>
internal sealed class WireRelay : ReceiveActor
{
    public WireRelay(IActorRef target)
    {
        Receive<TrainStep>(step => target.Tell(step));
        ReceiveAny(message => target.Tell(WireCopy.Of(message)));
    }
}
