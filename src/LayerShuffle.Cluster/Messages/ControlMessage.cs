namespace LayerShuffle.Cluster.Messages;

/// <summary>A protocol message without payload.</summary>
/// <param name="Hop">The hop it speaks of.</param>
/// <param name="From">Sending endpoint.</param>
public abstract record ControlMessage(HopId Hop, int From);
