namespace LayerShuffle.Cluster.Training;

/// <summary>A layer has taken a state.</summary>
/// <param name="Id">Number of the request that it answers.</param>
/// <param name="Layer">The layer.</param>
public sealed record StateImported(int Id, int Layer);
