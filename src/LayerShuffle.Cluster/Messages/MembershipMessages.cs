namespace LayerShuffle.Cluster.Messages;

/// <summary>Where an endpoint's process is reached.</summary>
/// <param name="Endpoint">The endpoint: 0 is the coordinator.</param>
/// <param name="Host">Host name or address.</param>
/// <param name="AkkaPort">Port of its actor system.</param>
/// <param name="DataPort">Port of its data plane.</param>
/// <param name="Incarnation">Its incarnation.</param>
public sealed record PeerAddress(int Endpoint, string Host, int AkkaPort, int DataPort, int Incarnation);

/// <summary>An endpoint serves (again) at an address.</summary>
/// <param name="Address">Where.</param>
public sealed record PeerUp(PeerAddress Address);

/// <summary>A worker is a member of the cluster and can be told what to do.</summary>
/// <param name="Address">Where it is reached.</param>
public sealed record WorkerHello(PeerAddress Address);

/// <summary>Something went wrong in a worker that the run cannot go on with.</summary>
/// <param name="Endpoint">The worker.</param>
/// <param name="Reason">What, in a sentence.</param>
public sealed record WorkerProblem(int Endpoint, string Reason);

/// <summary>To the coordinator: what time is it?</summary>
/// <param name="Endpoint">Who asks.</param>
/// <param name="Sent">The asker's monotonic clock, in nanoseconds.</param>
public sealed record ClockProbe(int Endpoint, long Sent);

/// <summary>The answer to a <see cref="ClockProbe"/>.</summary>
/// <param name="Sent">The asker's monotonic clock when it asked, in nanoseconds.</param>
/// <param name="Coordinator">The coordinator's, in nanoseconds.</param>
public sealed record ClockProbed(long Sent, long Coordinator);
