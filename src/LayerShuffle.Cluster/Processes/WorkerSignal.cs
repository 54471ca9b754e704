namespace LayerShuffle.Cluster.Processes;

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
