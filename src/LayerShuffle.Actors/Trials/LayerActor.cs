using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;

namespace LayerShuffle.Actors.Trials;

/// <summary>
/// Hosts one encoder layer: executes it on the hops its node gives it, and hands the result on. Its weights survive its node's crashes; what it was computing
/// does not.
/// </summary>
public sealed class LayerActor : ReceiveActor
{
    /// <summary>Hosts a layer.</summary>
    /// <param name="layer">The layer's id.</param>
    /// <param name="compute">Where its weights are computed.</param>
    public LayerActor(int layer, ILayerCompute compute)
    {
        Receive<ExecuteLayer>(work =>
        {
            Journey journey = work.Message.Journey;
            compute.Start(layer, journey.Activation, journey.Request, journey.Position, work.Took, Self, output => new LayerExecuted(work, output));
        });
        Receive<LayerExecuted>(done => Context.Parent.Tell(done));
    }

    /// <summary>How to create one.</summary>
    public static Props Props(int layer, ILayerCompute compute) => Akka.Actor.Props.Create(() => new LayerActor(layer, compute));
}
