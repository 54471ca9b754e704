namespace LayerShuffle.Cluster.Guarding;

/// <summary>An actor without which nothing goes on has failed or ended.</summary>
/// <param name="message">Which, and what happened, in a sentence.</param>
/// <param name="inner">What it threw; null if it only ended.</param>
public sealed class ActorEndedException(string message, Exception? inner = null) : Exception(message, inner);
