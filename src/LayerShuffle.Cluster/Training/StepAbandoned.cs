namespace LayerShuffle.Cluster.Training;

/// <summary>The training coordinator has given up an attempt before its commit, and holds nothing of it any more; no layer has applied it.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">Number of the attempt.</param>
public sealed record StepAbandoned(int Step, int Attempt);
