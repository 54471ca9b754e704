namespace LayerShuffle.Cluster.Training;

/// <summary>A layer's weights and optimizer state.</summary>
/// <param name="Id">Number of the request that it answers.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Bytes">What <see cref="LayerStateFormat"/> writes.</param>
public sealed record LayerState(int Id, int Layer, byte[] Bytes);
