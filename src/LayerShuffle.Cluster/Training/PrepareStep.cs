namespace LayerShuffle.Cluster.Training;

/// <summary>To a layer, when all micro-batches are back: prepare to step. It answers with its gradient's norm.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">Number of the attempt.</param>
public sealed record PrepareStep(int Step, int Attempt);
