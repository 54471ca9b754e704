namespace LayerShuffle.Cluster.Processes;

/// <summary>How a process ended.</summary>
/// <param name="Code">Its exit code; on Unix 128 + n if signal n ended it.</param>
public readonly record struct ProcessExit(int Code)
{
    /// <summary>The signal that ended it, or null. A process that exits by itself with such a code cannot be told from one that was killed.</summary>
    public int? Signal => !OperatingSystem.IsWindows() && Code is > 128 and < 128 + 65 ? Code - 128 : null;

    /// <summary>In words.</summary>
    public override string ToString() => Signal switch
    {
        null => $"exit code {Code}",
        6 => "signal 6 (abort)",
        9 => "signal 9 (kill)",
        11 => "signal 11 (segmentation fault)",
        15 => "signal 15 (terminate)",
        { } signal => $"signal {signal}",
    };
}
