namespace LayerShuffle.Cluster.Messages;

/// <summary>To the coordinator: a request's deadline has come.</summary>
/// <param name="Request">Its number.</param>
public sealed record DeadlineReached(int Request);
