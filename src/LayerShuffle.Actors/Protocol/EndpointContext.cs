using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Actors.Protocol;

/// <summary>What all endpoints of one trial share: the ports, the routing rules and the placement.</summary>
public sealed record EndpointContext
{
    /// <summary>Index of the coordinator among the endpoints; node k is k.</summary>
    public const int Coordinator = 0;

    /// <summary>Endpoints, the coordinator included.</summary>
    public required int EndpointCount { get; init; }

    /// <summary>The clock.</summary>
    public required IClock Clock { get; init; }

    /// <summary>The transport.</summary>
    public required ITransport Transport { get; init; }

    /// <summary>Computes layers.</summary>
    public required ILayerCompute Compute { get; init; }

    /// <summary>Sees what happens.</summary>
    public required IHopObserver Observer { get; init; }

    /// <summary>Timeouts, retries, what to do on failure.</summary>
    public required RoutingSpec Routing { get; init; }

    /// <summary>Which endpoint hosts which layer.</summary>
    public required Placement Placement { get; init; }

    /// <summary>Layers that are hosted elsewhere for the time being.</summary>
    public MovedLayers Moved { get; } = new();

    /// <summary>What is taken from a node's incarnation to count from 1 in this trial: processes may have died before it.</summary>
    public int EarlierIncarnations { get; init; }

    /// <summary>Notices the end of actors; null: nobody does.</summary>
    public IActorGuard? Guard { get; init; }

    /// <summary>What the weights of one layer take, in bytes; null: not known.</summary>
    public long? LayerBytes { get; init; }

    /// <summary>Root of the trial's draws: (seed, repeat).</summary>
    public required SeedTree Luck { get; init; }
}
