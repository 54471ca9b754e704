namespace LayerShuffle.Cluster.Processes;

/// <summary>A supervisor could not carry a command out, or is gone. The message is a sentence.</summary>
/// <param name="message">Which node, what, and why.</param>
public sealed class NodeCommandException(string message) : Exception(message);
