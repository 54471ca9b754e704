namespace LayerShuffle.Cluster.Training;

/// <summary>To a layer: apply the step.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="GradientScale">What gradients are multiplied by (clipping).</param>
/// <param name="LearningRate">Learning rate of the step.</param>
public sealed record CommitStep(int Step, double GradientScale, double LearningRate);
