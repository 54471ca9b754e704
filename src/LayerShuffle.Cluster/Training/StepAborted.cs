namespace LayerShuffle.Cluster.Training;

/// <summary>A layer has dropped an attempt.</summary>
/// <param name="Layer">The layer; <see cref="TheCoordinator"/> for the training coordinator.</param>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">Number of the attempt.</param>
public sealed record StepAborted(int Layer, int Step, int Attempt)
{
    /// <summary>Stands for the training coordinator instead of a layer.</summary>
    public const int TheCoordinator = -1;
}
