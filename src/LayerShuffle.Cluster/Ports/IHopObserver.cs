using LayerShuffle.Cluster.Messages;

namespace LayerShuffle.Cluster.Ports;

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
