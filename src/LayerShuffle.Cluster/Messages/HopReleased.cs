namespace LayerShuffle.Cluster.Messages;

/// <summary>Another endpoint has what came of the hop: its sender need not keep the activation any longer.</summary>
/// <param name="Hop">The hop.</param>
/// <param name="Layer">The layer it is for, or <see cref="Journey.Return"/>.</param>
/// <param name="From">The former receiver.</param>
public sealed record HopReleased(HopId Hop, int Layer, int From) : ControlMessage(Hop, Layer, From);
