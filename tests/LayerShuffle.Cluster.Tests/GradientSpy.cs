using Akka.Actor;
using LayerShuffle.Actors.Training;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Stands before a layer's actor, hands everything on, and looks at the gradients when all are there and none is spent.</summary>
internal sealed class GradientSpy : ReceiveActor
{
    public GradientSpy(IActorRef layer, Action look) => ReceiveAny(message =>
    {
        if (message is PrepareStep)
            look();
        layer.Forward(message);
    });
}
