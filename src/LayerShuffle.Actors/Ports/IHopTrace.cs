using LayerShuffle.Actors.Messages;

namespace LayerShuffle.Actors.Ports;

/// <summary>Sees what happens to hops, for traces and counts. It never influences them.</summary>
public interface IHopObserver
{
    /// <summary>An attempt was handed to a link.</summary>
    void Sent(HopMessage message, int to);

    /// <summary>A hop between layers of one node: no link, no time.</summary>
    void Local(HopMessage message);

    /// <summary>An acknowledgement reached the sender.</summary>
    void Acknowledged(HopAcknowledged ack, int to);

    /// <summary>A layer started on a hop.</summary>
    void ComputeStarted(HopMessage message, int at);

    /// <summary>A layer was done with a hop.</summary>
    void ComputeEnded(HopMessage message, int at);

    /// <summary>A custodian learned that an incarnation of a peer has ended.</summary>
    void PeerDownDetected(int peer, int incarnation);
}

/// <summary>Sees what happens to hops at endpoints and, besides, on the links between them: what a transport reports.</summary>
public interface IHopTrace : IHopObserver
{
    /// <summary>A copy arrived whole at a living receiver.</summary>
    void Delivered(HopMessage message);

    /// <summary>A copy arrived garbled at a living receiver that takes it as it is.</summary>
    void Garbled(HopMessage message) => Delivered(message);

    /// <summary>A copy did not make it; another copy may still.</summary>
    /// <param name="message">The copy.</param>
    /// <param name="fate">One of <see cref="HopFate"/>.</param>
    void Fate(HopMessage message, string fate);
}
