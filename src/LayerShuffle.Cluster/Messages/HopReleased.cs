namespace LayerShuffle.Cluster.Messages;

/// <summary>Another endpoint has what came of the hop: its sender need not keep the activation any longer.</summary>
/// <param name="Hop">The hop.</param>
/// <param name="From">The former receiver.</param>
public sealed record HopReleased(HopId Hop, int From) : ControlMessage(Hop, From);
