namespace LayerShuffle.Cluster.Messages;

/// <summary>To a worker, before a trial: free all that it hosts but these layers. Their blobs stay in its cache.</summary>
/// <param name="Model">Key of the trial's model.</param>
/// <param name="Layers">The layers of it that the placement puts there.</param>
public sealed record KeepLayers(string Model, int[] Layers);
