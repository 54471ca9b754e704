using Akka.Actor.Setup;

namespace LayerShuffle.Cluster.Membership;

/// <summary>How an actor system's transport finds the gate and the filter of its process.</summary>
/// <param name="gate">The gate.</param>
/// <param name="filter">What looks at whatever is read.</param>
internal sealed class MembershipSetup(MembershipGate gate, InboundFilter filter) : Setup
{
    public InboundFilter Filter { get; } = filter;

    public MembershipGate Gate { get; } = gate;
}
