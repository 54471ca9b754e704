namespace LayerShuffle.Network.Links;

/// <summary>The conditions of every link, and the exceptions.</summary>
/// <param name="Default">Conditions of every link between two endpoints.</param>
/// <param name="Links">Exceptions, applied in order.</param>
public sealed record NetworkSpec(LinkConditions Default, IReadOnlyList<LinkException> Links)
{
    /// <summary>A perfect network.</summary>
    public static NetworkSpec Perfect { get; } = new(LinkConditions.Perfect, []);

    /// <summary>Wall clock: whether links apply to Akka.Cluster's own gossip and heartbeats too (<c>network.membership: lossy</c>).</summary>
    public bool MembershipLossy { get; init; }
}
