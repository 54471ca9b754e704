using LayerShuffle.Network.Time;

namespace LayerShuffle.Cluster.Messages;

/// <summary>To a layer actor: execute this hop. The node gives one at a time.</summary>
/// <param name="Message">The hop.</param>
/// <param name="Took">How long it takes on the virtual clock; at least on the wall clock.</param>
/// <param name="Epoch">The node's life in which it was started.</param>
public sealed record ExecuteLayer(HopMessage Message, Duration Took, int Epoch);
