namespace LayerShuffle.Cluster.Messages;

/// <summary>To the coordinator: what time is it?</summary>
/// <param name="Endpoint">Who asks.</param>
/// <param name="Sent">The asker's monotonic clock, in nanoseconds.</param>
public sealed record ClockProbe(int Endpoint, long Sent);
