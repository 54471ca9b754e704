namespace LayerShuffle.Cluster.Messages;

/// <summary>A sender gave the request up.</summary>
/// <param name="Hop">The hop that failed.</param>
/// <param name="From">The sender.</param>
public sealed record RequestFailed(HopId Hop, int From) : ControlMessage(Hop, From);
