namespace LayerShuffle.Cluster.Messages;

/// <summary>To a worker: the trial's zero is known.</summary>
/// <param name="Trial">Number of the trial's run.</param>
/// <param name="Zero">The zero in nanoseconds of the coordinator's monotonic clock.</param>
public sealed record StartTrial(int Trial, long Zero);
