namespace LayerShuffle.Cluster.Messages;

/// <summary>An acknowledgement did not come in time (a timer of the sender).</summary>
/// <param name="Custody">What it is about.</param>
/// <param name="Attempt">The attempt that was waited for.</param>
public sealed record AcknowledgementOverdue(object Custody, int Attempt);
