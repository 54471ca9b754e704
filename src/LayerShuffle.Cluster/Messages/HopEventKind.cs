namespace LayerShuffle.Cluster.Messages;

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
