using Akka.Actor;

namespace LayerShuffle.Actors.Training;

/// <summary>
/// Who hosts which layer during training: a local actor, or one that sends on to where the layer is. May change while training; messages sent before go
/// to the former host. Safe to use from several threads.
/// </summary>
public sealed class TrainingDirectory
{
    private readonly Lock gate = new();
    private int attempts;
    private volatile IActorRef coordinator = ActorRefs.Nobody;
    private volatile IActorRef[] layers = []; // never written to: a change makes a new array

    /// <summary>The training coordinator.</summary>
    public IActorRef Coordinator => coordinator;

    /// <summary>Layers, by id; <see cref="ActorRefs.Nobody"/> for one that nobody hosts.</summary>
    public IReadOnlyList<IActorRef> Layers => layers;

    /// <summary>A number for the next attempt at a step, greater than all before.</summary>
    public int NextAttempt() => Interlocked.Increment(ref attempts);

    /// <summary>The actor that hosts a layer.</summary>
    public IActorRef Layer(int id) => layers[id];

    /// <summary>Enters the actors, once they exist.</summary>
    public void Enter(IActorRef trainingCoordinator, IActorRef[] hosts)
    {
        lock (gate)
            (coordinator, layers) = (trainingCoordinator, [.. hosts]);
    }

    /// <summary>Enters the coordinator alone.</summary>
    public void EnterCoordinator(IActorRef trainingCoordinator) => coordinator = trainingCoordinator;

    /// <summary>Enters a layer's new host; the directory grows to hold it.</summary>
    public void Replace(int layer, IActorRef host)
    {
        lock (gate)
        {
            IActorRef[] next = [.. layers, .. Enumerable.Repeat<IActorRef>(ActorRefs.Nobody, Math.Max(0, layer + 1 - layers.Length))];
            next[layer] = host;
            layers = next;
        }
    }
}
