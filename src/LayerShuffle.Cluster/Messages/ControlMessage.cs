namespace LayerShuffle.Cluster.Messages;

/// <summary>A protocol message without payload.</summary>
/// <param name="Hop">The hop it speaks of.</param>
/// <param name="Layer">The layer that hop is for, or <see cref="Journey.Return"/>: draws depend on it.</param>
/// <param name="From">Sending endpoint.</param>
public abstract record ControlMessage(HopId Hop, int Layer, int From);
