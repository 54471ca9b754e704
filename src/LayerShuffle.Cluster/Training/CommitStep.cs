namespace LayerShuffle.Cluster.Training;

/// <summary>To a layer: apply the step. A layer that has applied it already says so again and does nothing.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">Number of the attempt: the one the layer has prepared.</param>
/// <param name="GradientScale">What gradients are multiplied by (clipping).</param>
/// <param name="LearningRate">Learning rate of the step.</param>
public sealed record CommitStep(int Step, int Attempt, double GradientScale, double LearningRate);
