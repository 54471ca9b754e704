namespace LayerShuffle.Cluster.Messages;

/// <summary>The answer to a <see cref="ClockProbe"/>.</summary>
/// <param name="Sent">The asker's monotonic clock when it asked, in nanoseconds.</param>
/// <param name="Coordinator">The coordinator's, in nanoseconds.</param>
public sealed record ClockProbed(long Sent, long Coordinator);
