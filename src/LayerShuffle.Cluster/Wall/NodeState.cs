using LayerShuffle.Cluster.Messages;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Wall;

/// <summary>What the coordinator knows of a node. Read and written under the cluster's lock.</summary>
internal sealed class NodeState(int endpoint, string name)
{
    public int Endpoint { get; } = endpoint;

    public string Name { get; } = name;

    /// <summary>The incarnation of its latest worker; 0 before the first.</summary>
    public int Incarnation { get; set; }

    /// <summary>The newest incarnation that is known to be dead: whatever is heard of it or of those before comes too late.</summary>
    public int Buried { get; set; }

    /// <summary>Whether a command had asked the latest of the dead to end.</summary>
    public bool BuriedAsked { get; set; }

    /// <summary>Which supervisor was asked to start the latest worker: its <see cref="NodeInfo.Session"/>.</summary>
    public long Session { get; set; }

    /// <summary>Whether its worker is stopped.</summary>
    public bool Paused { get; set; }

    /// <summary>Done when the latest worker's death is known.</summary>
    public TaskCompletionSource Gone { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where its worker is reached; null while there is none that has said hello.</summary>
    public PeerAddress? Address { get; set; }

    /// <summary>Done when the latest worker has said hello; fails when it dies before.</summary>
    public TaskCompletionSource<PeerAddress> Ready { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether somebody is starting its worker.</summary>
    public Task<PeerAddress>? Starting { get; set; }

    /// <summary>Layers of models that its latest worker hosts.</summary>
    public HostedRecord Hosted { get; } = new();
}
