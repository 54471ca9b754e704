using Akka.Actor;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Simulation;

/// <summary>Computes on the kernel's thread at once and reports when the simulated time is over.</summary>
/// <param name="nodes">Holds back what ends while its node is paused.</param>
/// <param name="model">The model.</param>
/// <param name="struck">The layers by node, where faults may strike them; null: all nodes have them as they were trained.</param>
/// <param name="node">The node.</param>
internal sealed class VirtualLayerCompute(PausedNodes nodes, ITrialModel model, StruckLayers? struck, int node = 0) : ILayerCompute
{
    public ILayerCompute At(int node) => struck is null ? this : new VirtualLayerCompute(nodes, model, struck, node);

    public void Start(int layer, object? activation, int request, int position, Duration took, IActorRef replyTo, Func<object?, object> completion)
    {
        object? output = struck is null ? model.Execute(layer, activation, request, position) : struck.Execute(node, layer, activation, request, position);
        nodes.ScheduleComputeEnd(replyTo, took, completion(output));
    }
}
