namespace LayerShuffle.Cluster.Processes;

/// <summary>What came over a connection is not the hub's protocol.</summary>
/// <param name="message">What was wrong.</param>
public sealed class HubProtocolException(string message) : Exception(message);
