namespace LayerShuffle.Supervision;

/// <summary>The one line that a worker gets on its standard input.</summary>
/// <param name="Node">Its node's name.</param>
/// <param name="Incarnation">How often this node's worker has been started, from 1.</param>
/// <param name="Parent">The supervisor's process id, by which the worker notices that it is already gone.</param>
/// <param name="Settings">What the coordinator gave to <see cref="SupervisorHub.StartWorkerAsync"/>, unread by hub and supervisor. It may hold a secret: never
/// log it.</param>
public sealed record WorkerStart(string Node, int Incarnation, int Parent, string Settings);

/// <summary>Where a worker listens.</summary>
/// <param name="Host">The host name or address under which others reach it. Empty: the host of its node (<see cref="NodeInfo.Host"/>).</param>
/// <param name="AkkaPort">The port of its actor system.</param>
/// <param name="DataPort">The port of its data plane.</param>
public sealed record WorkerAddress(string Host, int AkkaPort, int DataPort);

/// <summary>What a supervisor can do to a running worker.</summary>
public enum WorkerSignal
{
    /// <summary>End it at once (SIGKILL).</summary>
    Kill,

    /// <summary>Hold it where it is (SIGSTOP).</summary>
    Stop,

    /// <summary>Let it go on (SIGCONT).</summary>
    Continue,
}
