namespace LayerShuffle.Cluster.Training;

/// <summary>What one optimizer step came to.</summary>
/// <param name="Step">The step.</param>
/// <param name="ClassLoss">Mean classification loss of the batch.</param>
/// <param name="PositionLoss">Mean position loss over the batch and the executed positions; null where the variant has none.</param>
/// <param name="TotalLoss">What was minimised.</param>
/// <param name="GradientNorm">Global L2 norm of the gradients before clipping.</param>
public sealed record StepResult(int Step, double ClassLoss, double? PositionLoss, double TotalLoss, double GradientNorm);
