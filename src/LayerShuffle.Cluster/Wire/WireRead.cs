namespace LayerShuffle.Cluster.Wire;

/// <summary>Reads a value that a <see cref="WireWrite{T}"/> wrote.</summary>
/// <param name="reader">Where from.</param>
/// <exception cref="WireFormatException">The bytes are not such a value.</exception>
public delegate T WireRead<out T>(ref WireReader reader);
