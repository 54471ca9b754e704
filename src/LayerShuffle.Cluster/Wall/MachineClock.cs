namespace LayerShuffle.Cluster.Wall;

/// <summary>How far this machine's monotonic clock is from the coordinator's: by the fastest of several questions, as NTP does (RFC 5905, section 8).</summary>
internal sealed class MachineClock
{
    /// <summary>Questions asked.</summary>
    public const int Probes = 16;

    private long fastest = long.MaxValue;
    private int answers;

    /// <summary>Nanoseconds to add to this machine's clock for the coordinator's.</summary>
    public long Offset { get; private set; }

    /// <summary>Whether all questions are answered.</summary>
    public bool Done => answers >= Probes;

    /// <summary>Identity of the running kernel, whose monotonic clock all its processes share; null where there is none.</summary>
    public static string? BootId()
    {
        const string file = "/proc/sys/kernel/random/boot_id";
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }

    /// <summary>Takes an answer.</summary>
    public void Answer(long sent, long coordinator, long received)
    {
        answers++;
        if (received - sent >= fastest)
            return;
        fastest = received - sent;
        Offset = coordinator - (sent + received) / 2;
    }
}
