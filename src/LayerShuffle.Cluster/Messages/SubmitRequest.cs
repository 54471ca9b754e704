namespace LayerShuffle.Cluster.Messages;

/// <summary>To the coordinator: submit the next request.</summary>
/// <param name="Request">Its number.</param>
public sealed record SubmitRequest(int Request);
