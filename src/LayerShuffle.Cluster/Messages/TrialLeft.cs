namespace LayerShuffle.Cluster.Messages;

/// <summary>A worker has ended its side of a trial and sent all it saw.</summary>
/// <param name="Trial">Number of the trial's run.</param>
/// <param name="Endpoint">The worker.</param>
public sealed record TrialLeft(int Trial, int Endpoint);
