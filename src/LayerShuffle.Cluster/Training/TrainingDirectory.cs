using Akka.Actor;

namespace LayerShuffle.Cluster.Training;

/// <summary>Who hosts which layer during training.</summary>
public sealed class TrainingDirectory
{
    private IActorRef[] layers = [];

    /// <summary>The training coordinator.</summary>
    public IActorRef Coordinator { get; private set; } = ActorRefs.Nobody;

    /// <summary>Layers, by id.</summary>
    public IReadOnlyList<IActorRef> Layers => layers;

    /// <summary>The actor that hosts a layer.</summary>
    public IActorRef Layer(int id) => layers[id];

    /// <summary>Enters the actors, once they exist.</summary>
    public void Enter(IActorRef coordinator, IActorRef[] hosts) => (Coordinator, layers) = (coordinator, hosts);
}
