using Akka.Actor;
using Akka.Cluster;
using static Akka.Cluster.ClusterEvent;

namespace LayerShuffle.Cluster.Membership;

/// <summary>Looks at the cluster now and then and downs who has to go (<see cref="CoordinatorDowning"/>). A child of Akka's own actors, so its messages are never judged.</summary>
internal sealed class DowningActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(20), Longest = TimeSpan.FromMilliseconds(500);
    private readonly Akka.Cluster.Cluster cluster;
    private readonly DowningJudge judge;
    private readonly TimeSpan interval;
    private readonly long start = TimeProvider.System.GetTimestamp();
    private UniqueAddress? coordinator; // once known

    /// <param name="cluster">The cluster.</param>
    /// <param name="stableAfter">How long nothing may have changed before anybody goes.</param>
    public DowningActor(Akka.Cluster.Cluster cluster, TimeSpan stableAfter)
    {
        (this.cluster, judge) = (cluster, new DowningJudge(stableAfter));
        interval = TimeSpan.FromTicks(Math.Clamp(stableAfter.Ticks / 10, Shortest.Ticks, Longest.Ticks));
        bool keeps = cluster.SelfRoles.Contains(CoordinatorDowning.CoordinatorRole);
        Receive<Look>(_ => Down(keeps ? Findings(cluster.State) : Loss(cluster.State)));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartPeriodicTimer(Look.Now, Look.Now, interval);

    private void Down(IEnumerable<UnreachableFinding> findings)
    {
        bool removing = cluster.State.Members.Any(member => member.Status == MemberStatus.Down);
        foreach (UniqueAddress member in judge.Judge(TimeProvider.System.GetElapsedTime(start), findings, removing))
            cluster.Down(member.Address);
    }

    /// <summary>What the coordinator's process finds.</summary>
    private IEnumerable<UnreachableFinding> Findings(CurrentClusterState state) =>
        from member in state.Unreachable
        where member.Status != MemberStatus.Down && !member.UniqueAddress.Equals(cluster.SelfUniqueAddress)
        select new UnreachableFinding(member.UniqueAddress, !cluster.FailureDetector.IsAvailable(member.Address));

    /// <summary>What a node's process finds: itself, if it has lost the coordinator. That others cannot reach the coordinator is nothing to it.</summary>
    private IEnumerable<UnreachableFinding> Loss(CurrentClusterState state)
    {
        Member? keeper = state.Members.FirstOrDefault(member => member.HasRole(CoordinatorDowning.CoordinatorRole) && member.Status is not (MemberStatus.Down or MemberStatus.Removed));
        coordinator = keeper?.UniqueAddress ?? coordinator;
        bool lost = coordinator is not null && (keeper is null || !cluster.FailureDetector.IsAvailable(keeper.Address));
        return lost ? [new(cluster.SelfUniqueAddress, Missed: true)] : [];
    }

    private sealed class Look
    {
        public static Look Now { get; } = new();
    }
}
