namespace LayerShuffle.Cluster.Messages;

/// <summary>To the coordinator: an endpoint has heard another.</summary>
/// <param name="Round">Which proof it belongs to.</param>
/// <param name="From">Who was heard.</param>
/// <param name="By">Who heard it.</param>
/// <param name="Data">Whether on the data plane; otherwise on the control plane.</param>
public sealed record Reached(int Round, int From, int By, bool Data);
