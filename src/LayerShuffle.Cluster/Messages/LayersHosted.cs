namespace LayerShuffle.Cluster.Messages;

/// <summary>A worker hosts the layers of a model that it was asked to.</summary>
/// <param name="Model">Key of the model.</param>
/// <param name="Endpoint">The worker.</param>
/// <param name="Incarnation">Its incarnation.</param>
public sealed record LayersHosted(string Model, int Endpoint, int Incarnation);
