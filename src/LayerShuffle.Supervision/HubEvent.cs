namespace LayerShuffle.Supervision;

/// <summary>What the hub has to tell. A closed set: the nested records.</summary>
public abstract record HubEvent
{
    private HubEvent()
    {
    }

    /// <summary>A supervisor has joined.</summary>
    /// <param name="Node">It.</param>
    public sealed record Joined(NodeInfo Node) : HubEvent;

    /// <summary>A supervisor is gone for good, and its worker with it.</summary>
    /// <param name="Name">Its name, free again.</param>
    /// <param name="Reason">Why, in words.</param>
    /// <param name="Incarnation">The newest worker that this supervisor was asked to start: whatever the name's next supervisor starts lives on. 0:
    /// none.</param>
    /// <param name="Session">Its <see cref="NodeInfo.Session"/>.</param>
    public sealed record Left(string Name, string Reason, int Incarnation = 0, long Session = 0) : HubEvent;

    /// <summary>
    /// A supervisor's user wants to leave: hand its layers over and call <see cref="SupervisorHub.ShutdownAsync(string, long, CancellationToken)"/>; it goes by
    /// itself after its patience (6 min).
    /// </summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Session">Its <see cref="NodeInfo.Session"/>.</param>
    public sealed record Leaving(string Name, long Session) : HubEvent;

    /// <summary>A supervisor's connection broke; it may come back within the grace period.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Reason">How it broke, in words.</param>
    public sealed record Disconnected(string Name, string Reason) : HubEvent;

    /// <summary>A supervisor whose connection broke is back, with its worker.</summary>
    /// <param name="Name">Its name.</param>
    public sealed record Reconnected(string Name) : HubEvent;

    /// <summary>A worker says where it listens.</summary>
    /// <param name="Name">Its node.</param>
    /// <param name="Incarnation">Its incarnation.</param>
    /// <param name="Address">Where it listens; the host is filled in.</param>
    /// <param name="Elapsed">From the start of the process to its word, by the supervisor's clock.</param>
    public sealed record WorkerReady(string Name, int Incarnation, WorkerAddress Address, TimeSpan Elapsed) : HubEvent;

    /// <summary>A worker has ended.</summary>
    /// <param name="Name">Its node.</param>
    /// <param name="Incarnation">Its incarnation.</param>
    /// <param name="Exit">How.</param>
    /// <param name="Asked">Whether a command asked for it.</param>
    /// <param name="LastLines">What it wrote last, if nobody asked it to end: at most <see cref="NodeSupervisor.LastLines"/> lines.</param>
    public sealed record WorkerExited(string Name, int Incarnation, ProcessExit Exit, bool Asked, IReadOnlyList<string> LastLines) : HubEvent;

    /// <summary>A line that a worker wrote.</summary>
    /// <param name="Name">Its node.</param>
    /// <param name="Text">The line, at most <see cref="HubCodec.LongestLine"/> characters.</param>
    public sealed record LogLine(string Name, string Text) : HubEvent;

    /// <summary>
    /// Somebody was not let in. After the first hundred, strangers who do not even speak the protocol are only counted (<see cref="SupervisorHub.Refusals"/>).
    /// </summary>
    /// <param name="From">The address it came from.</param>
    /// <param name="Name">The name it gave, if it got that far.</param>
    /// <param name="Reason">Why, in words.</param>
    public sealed record Refused(string From, string? Name, string Reason) : HubEvent;
}
