namespace LayerShuffle.Runs.Failures;

/// <summary>What the process ends with.</summary>
public static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>An expectation in the scenario did not hold, or a request did not complete in a healed cluster (<c>workload.heal_after</c>).</summary>
    public const int ExpectationFailed = 1;

    /// <summary>The command line or a scenario is invalid.</summary>
    public const int Invalid = 2;

    /// <summary>The run failed.</summary>
    public const int RunFailed = 3;

    /// <summary>Interrupted (Ctrl-C).</summary>
    public const int Interrupted = 130;

    /// <summary>Whoever read what the program prints has left, as <c>head</c> does.</summary>
    public const int ReaderLeft = 141;

    /// <summary>Ended by SIGTERM.</summary>
    public const int Terminated = 143;
}
