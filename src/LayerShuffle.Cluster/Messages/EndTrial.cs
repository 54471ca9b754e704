using LayerShuffle.Network.Time;

namespace LayerShuffle.Cluster.Messages;

/// <summary>To a worker: the trial is over; send what you saw of it.</summary>
/// <param name="Trial">Number of the trial's run.</param>
/// <param name="End">When it ended: what links transmit after that is not its.</param>
public sealed record EndTrial(int Trial, Instant End);
