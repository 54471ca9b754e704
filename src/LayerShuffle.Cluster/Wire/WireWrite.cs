namespace LayerShuffle.Cluster.Wire;

/// <summary>Writes a value.</summary>
/// <param name="writer">Where to.</param>
/// <param name="value">What.</param>
public delegate void WireWrite<in T>(ref WireWriter writer, T value);
