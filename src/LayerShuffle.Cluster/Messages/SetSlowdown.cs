namespace LayerShuffle.Cluster.Messages;

/// <summary>Layers started from now on take so many times as long.</summary>
/// <param name="Factor">Product of the slowdowns in force.</param>
public sealed record SetSlowdown(double Factor);
