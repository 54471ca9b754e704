namespace LayerShuffle.Cluster.Training;

/// <summary>To a layer or the training coordinator: drop the graphs, gradients and waiting messages of an attempt, and ignore what still comes of it.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">Number of the attempt.</param>
public sealed record AbortStep(int Step, int Attempt);
