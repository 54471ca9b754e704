namespace LayerShuffle.Cluster.Messages;

/// <summary>To the coordinator: what an endpoint saw of hops since it last told.</summary>
/// <param name="From">The endpoint.</param>
/// <param name="Events">In the order in which it saw them.</param>
/// <param name="Trial">Number of the trial's run: what comes late is not another trial's.</param>
public sealed record HopEvents(int From, HopEvent[] Events, int Trial = 0);
