namespace LayerShuffle.Cluster.Training;

/// <summary>The loss is no longer a finite number.</summary>
public sealed class TrainingDivergedException(string model, int step, double learningRate)
    : Exception(FormattableString.Invariant($"Training of `{model}` diverged at step {step}: the loss is not a finite number. Lower training.learning_rate (it was {learningRate:R} there) or training.max_grad_norm."));
