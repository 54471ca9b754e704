namespace LayerShuffle.Cluster.Messages;

/// <summary>What became of a copy that was not delivered, in the words of <c>hops.csv</c>.</summary>
public static class HopFate
{
    /// <summary>The link was down when it was sent.</summary>
    public const string LinkDown = "link_down";

    /// <summary>Lost on the way.</summary>
    public const string Lost = "lost";

    /// <summary>The receiver was down, or another incarnation of it was up.</summary>
    public const string ReceiverDown = "receiver_down";

    /// <summary>It arrived garbled.</summary>
    public const string Corrupted = "corrupted";

    /// <summary>All of them; the order is what goes over the wire.</summary>
    public static IReadOnlyList<string> All { get; } = [LinkDown, Lost, ReceiverDown, Corrupted];
}
