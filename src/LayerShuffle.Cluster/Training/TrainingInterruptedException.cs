namespace LayerShuffle.Cluster.Training;

/// <summary>The cluster lost so much that training cannot go on. The last checkpoint stays.</summary>
public sealed class TrainingInterruptedException(string model, int step, string why)
    : Exception(FormattableString.Invariant($"Training of `{model}` cannot go on at step {step}: {why} The last checkpoint stays; resume from it when the cluster is whole again."));
