using LayerShuffle.Network.Time;

namespace LayerShuffle.Network.Clusters;

/// <summary>Wall clock: how patient Akka.Cluster is with members that it cannot reach.</summary>
/// <param name="AcceptableHeartbeatPause">How long heartbeats may stay out before a member counts as unreachable.</param>
/// <param name="StableAfter">How long nothing may have changed before unreachable members are downed; the coordinator never is.</param>
public sealed record MembershipSpec(Duration AcceptableHeartbeatPause, Duration StableAfter)
{
    /// <summary>Half a minute in all: busy machines are not mistaken for dead ones.</summary>
    public static MembershipSpec Default { get; } = new(Duration.FromSeconds(20), Duration.FromSeconds(10));
}
