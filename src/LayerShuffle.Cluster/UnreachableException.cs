namespace LayerShuffle.Cluster;

/// <summary>
/// Processes of a cluster cannot reach one another. Not a failure that passes: no result of such a cluster means anything. The message is sentences: who, from
/// where, and what to check.
/// </summary>
/// <param name="message">The sentences.</param>
public sealed class UnreachableException(string message) : Exception(message);
