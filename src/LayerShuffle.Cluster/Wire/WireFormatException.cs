namespace LayerShuffle.Cluster.Wire;

/// <summary>Bytes that are not what a peer of this version writes: truncated, garbled, or with values that cannot be.</summary>
/// <param name="message">A sentence: what was found where, and what was expected.</param>
/// <param name="inner">What lies beneath, or null.</param>
public sealed class WireFormatException(string message, Exception? inner = null) : Exception(message, inner);
