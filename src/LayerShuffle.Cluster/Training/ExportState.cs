namespace LayerShuffle.Cluster.Training;

/// <summary>To a layer, between two steps: send weights and optimizer state.</summary>
/// <param name="Id">Number of the request, for the answer.</param>
public sealed record ExportState(int Id);
