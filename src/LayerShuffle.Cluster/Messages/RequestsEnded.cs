namespace LayerShuffle.Cluster.Messages;

/// <summary>To the workers: requests have their outcome, and what is kept of them is freed.</summary>
/// <param name="Trial">Number of the trial's run.</param>
/// <param name="Requests">The requests.</param>
public sealed record RequestsEnded(int Trial, int[] Requests);
