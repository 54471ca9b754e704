namespace LayerShuffle.Cluster.Messages;

/// <summary>To an endpoint: show on both planes that you reach these. Repeated until they have been heard; each receiver tells the coordinator.</summary>
/// <param name="Round">Which proof it belongs to.</param>
/// <param name="Peers">Whom to reach.</param>
public sealed record ProveReach(int Round, PeerAddress[] Peers);

/// <summary>From one endpoint to another, straight: this is what is heard of me on the control plane.</summary>
/// <param name="Round">Which proof it belongs to.</param>
/// <param name="From">Who sends it.</param>
public sealed record ReachProbe(int Round, int From);

/// <summary>To the coordinator: an endpoint has heard another.</summary>
/// <param name="Round">Which proof it belongs to.</param>
/// <param name="From">Who was heard.</param>
/// <param name="By">Who heard it.</param>
/// <param name="Data">Whether on the data plane; otherwise on the control plane.</param>
public sealed record Reached(int Round, int From, int By, bool Data);

/// <summary>To the coordinator: an endpoint could not connect to another just now.</summary>
/// <param name="Round">Which proof it belongs to.</param>
/// <param name="From">Who tried.</param>
/// <param name="By">Who should have heard it.</param>
/// <param name="Data">Whether on the data plane; otherwise on the control plane.</param>
/// <param name="Reason">What stood in the way, in words.</param>
public sealed record NotReached(int Round, int From, int By, bool Data, string Reason);
