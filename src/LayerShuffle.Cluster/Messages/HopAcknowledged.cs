namespace LayerShuffle.Cluster.Messages;

/// <summary>The receiver has the hop.</summary>
/// <param name="Hop">The hop.</param>
/// <param name="Attempt">The attempt that is acknowledged.</param>
/// <param name="From">The receiver.</param>
/// <param name="Incarnation">Its incarnation: what a later crash of it loses.</param>
public sealed record HopAcknowledged(HopId Hop, int Attempt, int From, int Incarnation) : ControlMessage(Hop, From);
