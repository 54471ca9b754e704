using Akka.Actor;

namespace LayerShuffle.Cluster.Trials;

/// <summary>What the runner sees of a trial's actors.</summary>
public sealed class TrialCluster
{
    /// <summary>The endpoints' actors by index; 0 is the coordinator.</summary>
    public IActorRef[] Endpoints { get; set; } = [];

    /// <summary>The first exception of an actor: it fails the trial.</summary>
    public Exception? Failure { get; set; }
}
