namespace LayerShuffle.Cluster.Processes;

/// <summary>Where a worker listens.</summary>
/// <param name="Host">The host name or address under which others reach it. Empty: the host of its node (<see cref="NodeInfo.Host"/>).</param>
/// <param name="AkkaPort">The port of its actor system.</param>
/// <param name="DataPort">The port of its data plane.</param>
public sealed record WorkerAddress(string Host, int AkkaPort, int DataPort);
