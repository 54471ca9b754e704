namespace LayerShuffle.Cluster.Training;

/// <summary>To a layer: take these weights and this optimizer state, and forget what you had. A fresh host does nothing before it has them.</summary>
/// <param name="Id">Number of the request, for the answer.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Bytes">What <see cref="LayerStateFormat"/> writes.</param>
public sealed record ImportState(int Id, int Layer, byte[] Bytes);
