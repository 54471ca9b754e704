namespace LayerShuffle.Cluster.Messages;

/// <summary>A worker has set up its side of a trial.</summary>
/// <param name="Trial">Number of the trial's run.</param>
/// <param name="Endpoint">The worker.</param>
/// <param name="Incarnation">Its incarnation.</param>
public sealed record TrialPrepared(int Trial, int Endpoint, int Incarnation);
