namespace LayerShuffle.Cluster.Training;

/// <summary>The step is decided, but these layers have not said that they applied it; they were asked again.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Layers">Layer ids, ascending.</param>
public sealed record CommitOverdue(int Step, int Attempt, IReadOnlyList<int> Layers);
