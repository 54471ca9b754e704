namespace LayerShuffle.Cluster.Messages;

/// <summary>A worker hosts the trainable layers it was asked to.</summary>
/// <param name="Training">Number of the training.</param>
/// <param name="Endpoint">The worker.</param>
/// <param name="Incarnation">Its incarnation.</param>
public sealed record TrainingHosted(int Training, int Endpoint, int Incarnation);
