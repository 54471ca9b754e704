namespace LayerShuffle.Cluster.Messages;

/// <summary>From a layer actor to its node: done.</summary>
/// <param name="Work">What was asked.</param>
/// <param name="Output">The layer's output behind a handle.</param>
public sealed record LayerExecuted(ExecuteLayer Work, object? Output);
