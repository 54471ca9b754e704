namespace LayerShuffle.Cluster.Messages;

/// <summary>Something went wrong in a worker that the run cannot go on with.</summary>
/// <param name="Endpoint">The worker.</param>
/// <param name="Reason">What, in a sentence.</param>
public sealed record WorkerProblem(int Endpoint, string Reason);
