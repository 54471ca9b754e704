using LayerShuffle.Network.Time;

namespace LayerShuffle.Cluster.Messages;

/// <summary>What an endpoint saw of one attempt of a hop, and when. Workers send these to the coordinator, whose trace is made of them.</summary>
/// <param name="Kind">What it saw.</param>
/// <param name="At">When, on the trial's clock.</param>
/// <param name="Hop">The hop.</param>
/// <param name="Layer">The layer it is for, or <see cref="Journey.Return"/>.</param>
/// <param name="Attempt">0 for the first sending.</param>
/// <param name="Copy">1 for the injected duplicate.</param>
/// <param name="From">The endpoint that sent the hop (of an acknowledgement: the one that got it).</param>
/// <param name="To">Its receiver, where the event knows it; the peer for <see cref="HopEventKind.PeerDownDetected"/>; else <see cref="Nobody"/>.</param>
/// <param name="Fate">For <see cref="HopEventKind.Fate"/>: one of <see cref="HopFate"/>; else null.</param>
/// <param name="Incarnation">The sender's incarnation; for <see cref="HopEventKind.PeerDownDetected"/>: the one that ended.</param>
public readonly record struct HopEvent(
    HopEventKind Kind, Instant At, HopId Hop, int Layer, int Attempt, int Copy, int From, int To, string? Fate = null, int Incarnation = 0)
{
    /// <summary>No endpoint.</summary>
    public const int Nobody = -1;

    /// <summary>Of a hop that was sent, delivered, computed or lost.</summary>
    public static HopEvent Of(HopEventKind kind, Instant at, HopMessage message, int to = Nobody, string? fate = null) =>
        new(kind, at, message.Journey.NextHop, message.Journey.NextLayer, message.Attempt, message.Copy, message.From, to, fate, message.Incarnation);

    /// <summary>Of an acknowledgement that reached the sender.</summary>
    public static HopEvent Acknowledged(Instant at, HopAcknowledged ack, int to) =>
        new(HopEventKind.Acknowledged, at, ack.Hop, ack.Layer, ack.Attempt, ack.Copy, to, ack.From, null, ack.SenderIncarnation);

    /// <summary>Of a crash that a custodian learned of.</summary>
    public static HopEvent PeerDownDetected(Instant at, int peer, int incarnation) =>
        new(HopEventKind.PeerDownDetected, at, default, Journey.Return, 0, 0, Nobody, peer, null, incarnation);
}
