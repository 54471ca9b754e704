namespace LayerShuffle.Cluster.Messages;

/// <summary>To the coordinator: an endpoint could not connect to another just now.</summary>
/// <param name="Round">Which proof it belongs to.</param>
/// <param name="From">Who tried.</param>
/// <param name="By">Who should have heard it.</param>
/// <param name="Data">Whether on the data plane; otherwise on the control plane.</param>
/// <param name="Reason">What stood in the way, in words.</param>
public sealed record NotReached(int Round, int From, int By, bool Data, string Reason);
