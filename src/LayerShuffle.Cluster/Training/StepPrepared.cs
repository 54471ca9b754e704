namespace LayerShuffle.Cluster.Training;

/// <summary>A layer is ready to step.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Layer">The layer.</param>
/// <param name="SquaredNorm">Squared L2 norm of its gradients; 0 for a layer that was not executed.</param>
public sealed record StepPrepared(int Step, int Attempt, int Layer, double SquaredNorm);
