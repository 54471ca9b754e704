using Akka.Cluster;

namespace LayerShuffle.Cluster.Membership;

/// <summary>
/// Decides who has to leave the cluster so that the others can go on. Whom this process itself cannot reach goes. If it reaches everybody and others cannot reach one another, one of those that are said to be
/// unreachable goes, that with the highest address, and then it is seen whether that was enough: who said so of whom is not known, and what a downed member said counts until it is removed.
/// </summary>
/// <param name="stableAfter">How long nothing may have changed before anybody goes.</param>
internal sealed class DowningJudge(TimeSpan stableAfter)
{
    private UnreachableFinding[] before = [];
    private TimeSpan since;

    /// <summary>How much longer nobody goes on the word of others while a downed member is still to be removed: gossip has to get around, once a second.</summary>
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
