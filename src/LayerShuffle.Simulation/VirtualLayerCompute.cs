using Akka.Actor;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Simulation;

/// <summary>Computes on the kernel's thread at once and reports when the simulated time is over.</summary>
internal sealed class VirtualLayerCompute(PausedNodes nodes, ITrialModel model) : ILayerCompute
{
    public void Start(int layer, object? activation, int request, int position, Duration took, IActorRef replyTo, Func<object?, object> completion)
    {
        object? output = model.Execute(layer, activation, request, position);
        nodes.ScheduleComputeEnd(replyTo, took, completion(output));
    }
}
