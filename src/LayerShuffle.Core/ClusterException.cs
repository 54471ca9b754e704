namespace LayerShuffle.Core;

/// <summary>
/// A cluster cannot do what it is to do. The message is whole sentences for the person at the terminal: what was being done, what stands in the way, what to
/// do.
/// </summary>
/// <param name="message">The sentences.</param>
/// <param name="inner">What happened below.</param>
public class ClusterException(string message, Exception? inner = null) : IOException(message, inner);
