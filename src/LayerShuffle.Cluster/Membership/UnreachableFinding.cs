using Akka.Cluster;

namespace LayerShuffle.Cluster.Membership;

/// <summary>A member that somebody in the cluster cannot reach.</summary>
/// <param name="Member">Who.</param>
/// <param name="Missed">Whether it is this very process that misses its heartbeats, not only others that say so.</param>
internal readonly record struct UnreachableFinding(UniqueAddress Member, bool Missed);
