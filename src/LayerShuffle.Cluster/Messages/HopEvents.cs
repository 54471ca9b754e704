namespace LayerShuffle.Cluster.Messages;

/// <summary>To the coordinator: what an endpoint saw of hops since it last told.</summary>
/// <param name="From">The endpoint.</param>
/// <param name="Events">In the order in which it saw them.</param>
public sealed record HopEvents(int From, HopEvent[] Events);
