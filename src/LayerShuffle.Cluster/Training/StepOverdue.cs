namespace LayerShuffle.Cluster.Training;

/// <summary>To the training coordinator: the step takes too long. It abandons it, or, where it is being committed, asks once more (<see cref="CommitOverdue"/>).</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">Number of the attempt.</param>
public sealed record StepOverdue(int Step, int Attempt);
