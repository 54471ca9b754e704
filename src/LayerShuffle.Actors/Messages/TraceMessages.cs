using LayerShuffle.Core.Links;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Messages;

/// <summary>What an endpoint saw of a hop. The numbers are what goes over the wire.</summary>
public enum HopEventKind
{
    /// <summary>An attempt was handed to a link.</summary>
    Sent = 0,

    /// <summary>A hop between layers of one node: no link, no time.</summary>
    Local = 1,

    /// <summary>A copy arrived whole at a living receiver.</summary>
    Delivered = 2,

    /// <summary>A copy did not make it.</summary>
    Fate = 3,

    /// <summary>The acknowledgement reached the sender.</summary>
    Acknowledged = 4,

    /// <summary>A layer started on it.</summary>
    ComputeStarted = 5,

    /// <summary>A layer was done with it.</summary>
    ComputeEnded = 6,

    /// <summary>A custodian learned that an incarnation of a peer has ended: no hop of its own.</summary>
    PeerDownDetected = 7,
}

/// <summary>What an endpoint saw of one attempt of a hop, and when. Workers send these to the coordinator, whose trace is made of them.</summary>
/// <param name="Kind">What it saw.</param>
/// <param name="At">When, on the trial's clock.</param>
/// <param name="Hop">The hop.</param>
/// <param name="Layer">The layer it is for, or <see cref="Journey.Return"/>.</param>
/// <param name="Attempt">0 for the first sending.</param>
/// <param name="Copy">1 for the injected duplicate.</param>
/// <param name="From">The endpoint that sent the hop (of an acknowledgement: the one that got it).</param>
/// <param name="To">Its receiver, where the event knows it; the peer for <see cref="HopEventKind.PeerDownDetected"/>; else <see cref="Nobody"/>.</param>
/// <param name="Fate">For <see cref="HopEventKind.Fate"/>: one of <see cref="HopFate"/>; for <see cref="HopEventKind.Delivered"/>: null, or
/// <see cref="HopFate.Garbled"/>; else null.</param>
/// <param name="Incarnation">The sender's incarnation; for <see cref="HopEventKind.PeerDownDetected"/>: the one that ended.</param>
/// <param name="IsHedge">Of what was sent: whether it is the second copy of a hop that is hedged.</param>
public readonly record struct HopEvent(
    HopEventKind Kind, Instant At, HopId Hop, int Layer, int Attempt, int Copy, int From, int To, string? Fate = null, int Incarnation = 0,
    bool IsHedge = false)
{
    /// <summary>No endpoint.</summary>
    public const int Nobody = -1;

    /// <summary>Of a hop that was sent, delivered, computed or lost.</summary>
    public static HopEvent Of(HopEventKind kind, Instant at, HopMessage message, int to = Nobody, string? fate = null) =>
        new(kind, at, message.Journey.NextHop, message.Journey.NextLayer, message.Attempt, message.Copy, message.From, to, fate, message.Incarnation,
            kind is HopEventKind.Sent or HopEventKind.Local && message.IsHedge);

    /// <summary>Of an acknowledgement that reached the sender.</summary>
    public static HopEvent Acknowledged(Instant at, HopAcknowledged ack, int to) =>
        new(HopEventKind.Acknowledged, at, ack.Hop, ack.Layer, ack.Attempt, ack.Copy, to, ack.From, null, ack.SenderIncarnation);

    /// <summary>Of a crash that a custodian learned of.</summary>
    public static HopEvent PeerDownDetected(Instant at, int peer, int incarnation) =>
        new(HopEventKind.PeerDownDetected, at, default, Journey.Return, 0, 0, Nobody, peer, null, incarnation);
}

/// <summary>To the coordinator: what an endpoint saw of hops since it last told.</summary>
/// <param name="From">The endpoint.</param>
/// <param name="Events">In the order in which it saw them.</param>
/// <param name="Trial">Number of the trial's run: what comes late is not another trial's.</param>
public sealed record HopEvents(int From, HopEvent[] Events, int Trial = 0);

/// <summary>What became of a copy that was not delivered whole, in the words of <c>hops.csv</c>.</summary>
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

    /// <summary>The queue before the bandwidth had no room for it.</summary>
    public const string QueueFull = "queue_full";

    /// <summary>It arrived garbled, and its receiver took it as it was.</summary>
    public const string Garbled = "garbled";

    /// <summary>All of them; the order is what goes over the wire.</summary>
    public static IReadOnlyList<string> All { get; } = [LinkDown, Lost, ReceiverDown, Corrupted, QueueFull, Garbled];

    /// <summary>The word for a copy that its link does not carry; null: it carries it.</summary>
    public static string? Of(CopyFate fate) => fate switch { CopyFate.Lost => Lost, CopyFate.Dropped => QueueFull, _ => null };
}
