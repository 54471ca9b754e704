namespace LayerShuffle.Cluster.Training;

/// <summary>A layer has applied the step.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">The attempt of the commit that it answers.</param>
/// <param name="Layer">The layer.</param>
public sealed record StepCommitted(int Step, int Attempt, int Layer);
