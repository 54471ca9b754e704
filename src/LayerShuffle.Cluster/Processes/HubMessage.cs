namespace LayerShuffle.Cluster.Processes;

/// <summary>What hub and supervisor say to each other. A closed set: <see cref="HubCodec"/> knows each by its number.</summary>
internal abstract record HubMessage
{
    private HubMessage()
    {
    }

    /// <summary>Supervisor, first message: let me in, or (with a session) let me go on.</summary>
    /// <param name="Protocol"><see cref="HubCodec.Protocol"/>.</param>
    /// <param name="Version">The program's version.</param>
    /// <param name="ScenarioHash">The scenario it is for; null: the hub's, whatever that is.</param>
    /// <param name="Name">The name it wants; null: any.</param>
    /// <param name="Capabilities">What it has.</param>
    /// <param name="Session">The key of the session to go on with.</param>
    /// <param name="Received">How many numbered messages of that session it has.</param>
    public sealed record Hello(int Protocol, string Version, string? ScenarioHash, string? Name, NodeCapabilities Capabilities, string? Session, long Received) : HubMessage;

    /// <summary>Hub, the answer: you are in.</summary>
    /// <param name="Name">Your name.</param>
    /// <param name="Session">Your session's key.</param>
    /// <param name="ScenarioHash">The scenario.</param>
    /// <param name="Received">How many of your numbered messages I have.</param>
    /// <param name="HeartbeatMilliseconds">How often to say something.</param>
    /// <param name="GraceMilliseconds">After how long a silence the other is gone.</param>
    /// <param name="ForwardLog">Whether to send what the worker writes.</param>
    public sealed record Welcome(string Name, string Session, string? ScenarioHash, long Received, int HeartbeatMilliseconds, int GraceMilliseconds, bool ForwardLog) : HubMessage;

    /// <summary>Hub, the other answer.</summary>
    /// <param name="Reason">A sentence.</param>
    public sealed record Refused(string Reason) : HubMessage;

    /// <summary>Both: I am here. Not numbered.</summary>
    /// <param name="Received">How many numbered messages I have.</param>
    public sealed record Heartbeat(long Received) : HubMessage;

    /// <summary>Hub: start your worker.</summary>
    public sealed record StartWorker(long Id, int Incarnation, string Settings) : HubMessage;

    /// <summary>Hub: kill, stop or continue your worker.</summary>
    public sealed record SignalWorker(long Id, WorkerSignal Signal) : HubMessage;

    /// <summary>Hub: end your worker and yourself.</summary>
    /// <param name="Id">The command's number.</param>
    /// <param name="Refusal">Why the node may not stay; null: it has done its work.</param>
    public sealed record Shutdown(long Id, string? Refusal = null) : HubMessage;

    /// <summary>Supervisor: the command is carried out, or why not.</summary>
    public sealed record Confirmed(long Id, long ElapsedTicks, int? ProcessId, string? Problem) : HubMessage;

    /// <summary>Supervisor: the worker listens.</summary>
    public sealed record WorkerReady(int Incarnation, WorkerAddress Address, long ElapsedTicks) : HubMessage;

    /// <summary>Supervisor: the worker ended.</summary>
    public sealed record WorkerExited(int Incarnation, int ExitCode, bool Asked, string[] LastLines) : HubMessage;

    /// <summary>Supervisor: the worker wrote a line.</summary>
    public sealed record LogLine(string Text) : HubMessage;

    /// <summary>Supervisor: my user wants me to go; may I?</summary>
    public sealed record Leaving : HubMessage;

    /// <summary>Supervisor: I am going, don't wait for me.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Goodbye(string Reason) : HubMessage;
}
