namespace LayerShuffle.Cluster.Processes;

/// <summary>A node may not join. The message is the sentence that both sides show.</summary>
/// <param name="message">Why, and what to do.</param>
public sealed class NodeRefusedException(string message) : Exception(message);
