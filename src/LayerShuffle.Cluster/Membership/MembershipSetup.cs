using Akka.Actor.Setup;

namespace LayerShuffle.Cluster.Membership;

/// <summary>How an actor system's transport finds the gate of its process.</summary>
/// <param name="gate">The gate.</param>
internal sealed class MembershipSetup(MembershipGate gate) : Setup
{
    public MembershipGate Gate { get; } = gate;
}
