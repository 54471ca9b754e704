using Akka.Actor;
using Akka.Cluster;

namespace LayerShuffle.Cluster.Membership;

/// <summary>Tells what Akka.Cluster finds out about its members.</summary>
internal sealed class MembershipWatch : ReceiveActor
{
    public const string Unreachable = "unreachable", Reachable = "reachable", Downed = "downed", Removed = "removed";

    /// <param name="seen">Told of a member, by the address of its actor system, what happened to it.</param>
    public MembershipWatch(Action<Address, string> seen)
    {
        Receive<ClusterEvent.UnreachableMember>(happened => seen(happened.Member.Address, Unreachable));
        Receive<ClusterEvent.ReachableMember>(happened => seen(happened.Member.Address, Reachable));
        Receive<ClusterEvent.MemberDowned>(happened => seen(happened.Member.Address, Downed));
        Receive<ClusterEvent.MemberRemoved>(happened => seen(happened.Member.Address, Removed));
    }

    protected override void PreStart() => Akka.Cluster.Cluster.Get(Context.System).Subscribe(
        Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
        [typeof(ClusterEvent.UnreachableMember), typeof(ClusterEvent.ReachableMember), typeof(ClusterEvent.MemberDowned), typeof(ClusterEvent.MemberRemoved)]);

    protected override void PostStop() => Akka.Cluster.Cluster.Get(Context.System).Unsubscribe(Self);
}
