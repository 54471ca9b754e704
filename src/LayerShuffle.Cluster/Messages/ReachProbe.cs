namespace LayerShuffle.Cluster.Messages;

/// <summary>From one endpoint to another, straight: this is what is heard of me on the control plane.</summary>
/// <param name="Round">Which proof it belongs to.</param>
/// <param name="From">Who sends it.</param>
public sealed record ReachProbe(int Round, int From);
