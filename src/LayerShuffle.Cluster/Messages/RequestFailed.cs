namespace LayerShuffle.Cluster.Messages;

/// <summary>A sender gave the request up.</summary>
/// <param name="Hop">The hop that failed.</param>
/// <param name="Layer">The layer it is for, or <see cref="Journey.Return"/>.</param>
/// <param name="From">The sender.</param>
public sealed record RequestFailed(HopId Hop, int Layer, int From) : ControlMessage(Hop, Layer, From);
