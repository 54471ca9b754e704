using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using static Akka.Cluster.ClusterEvent;

namespace LayerShuffle.Cluster.Membership;

/// <summary>
/// A split-brain resolver that keeps the coordinator, whoever cannot reach whom: only its process downs others, a node's process only itself. Made by
/// Akka.Cluster, by the name of its type in the configuration.
/// </summary>
/// <param name="system">The actor system.</param>
/// <param name="cluster">Its cluster, which may still be starting.</param>
internal sealed class CoordinatorDowning(ActorSystem system, Akka.Cluster.Cluster cluster) : IDowningProvider
{
    /// <summary>The roles of members.</summary>
    public const string CoordinatorRole = "coordinator", NodeRole = "node";

    private const string StableAfterPath = "layershuffle.downing.stable-after";

    /// <summary>Nothing of ours (shards, singletons) waits for members to be removed.</summary>
    public TimeSpan DownRemovalMargin => TimeSpan.Zero;

    public Props DowningActorProps
    {
        get
        {
            TimeSpan stableAfter = system.Settings.Config.GetTimeSpan(StableAfterPath);
            return Props.Create(() => new DowningActor(cluster, stableAfter));
        }
    }

    /// <summary>
    /// The configuration that has Akka.Cluster use it. All members watch one another: a node that did not watch the coordinator could not know whether it still
    /// reaches it.
    /// </summary>
    /// <param name="stableAfter">How long nothing may have changed before anybody goes; whole milliseconds count.</param>
    public static Config Config(TimeSpan stableAfter) => ConfigurationFactory.ParseString($$"""
        akka.cluster {
          downing-provider-class = "{{typeof(CoordinatorDowning).FullName}}, {{typeof(CoordinatorDowning).Assembly.GetName().Name}}"
          failure-detector.monitored-by-nr-of-members = 1000
        }
        {{StableAfterPath}} = {{(long)stableAfter.TotalMilliseconds}}ms
        """);
}

/// <summary>
/// Looks at the cluster now and then and downs who has to go (<see cref="CoordinatorDowning"/>). A child of Akka's own actors, so its messages are never
/// judged.
/// </summary>
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
        Member? keeper = state.Members.FirstOrDefault(member => member.HasRole(CoordinatorDowning.CoordinatorRole)
            && member.Status is not (MemberStatus.Down or MemberStatus.Removed));
        coordinator = keeper?.UniqueAddress ?? coordinator;
        bool lost = coordinator is not null && (keeper is null || !cluster.FailureDetector.IsAvailable(keeper.Address));
        return lost ? [new(cluster.SelfUniqueAddress, Missed: true)] : [];
    }

    private sealed class Look
    {
        public static Look Now { get; } = new();
    }
}

/// <summary>
/// Decides who has to leave the cluster so that the others can go on. Whom this process itself cannot reach goes. If it reaches everybody and others cannot
/// reach one another, one of those that are said to be unreachable goes, that with the highest address, and then it is seen whether that was enough: who said
/// so of whom is not known, and what a downed member said counts until it is removed.
/// </summary>
/// <param name="stableAfter">How long nothing may have changed before anybody goes.</param>
internal sealed class DowningJudge(TimeSpan stableAfter)
{
    private UnreachableFinding[] before = [];
    private TimeSpan since;

    /// <summary>
    /// How much longer nobody goes on the word of others while a downed member is still to be removed: gossip has to get around, once a second.
    /// </summary>
    public static TimeSpan RemovalPatience { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Looks at the cluster, now and then.</summary>
    /// <param name="now">The time since any fixed instant; never less than before.</param>
    /// <param name="findings">Who is unreachable and not yet down, each once, in any order, without the one that must stay.</param>
    /// <param name="removing">Whether there are downed members.</param>
    /// <returns>Who goes; empty: nobody yet.</returns>
    public IReadOnlyList<UniqueAddress> Judge(TimeSpan now, IEnumerable<UnreachableFinding> findings, bool removing)
    {
        UnreachableFinding[] present = [.. findings.OrderBy(finding => finding.Member)];
        if (!present.SequenceEqual(before))
            (before, since) = (present, now);
        TimeSpan unchanged = now - since;
        if (present.Length == 0 || unchanged < stableAfter)
            return [];
        UniqueAddress[] missed = [.. present.Where(finding => finding.Missed).Select(finding => finding.Member)];
        if (missed.Length > 0)
            return missed;
        return removing && unchanged < stableAfter + RemovalPatience ? [] : [present[^1].Member];
    }
}

/// <summary>A member that somebody in the cluster cannot reach.</summary>
/// <param name="Member">Who.</param>
/// <param name="Missed">Whether it is this very process that misses its heartbeats, not only others that say so.</param>
internal readonly record struct UnreachableFinding(UniqueAddress Member, bool Missed);
