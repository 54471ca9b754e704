using System.Runtime.InteropServices;

namespace LayerShuffle.Cli.Terminal;

/// <summary>How many files the system lets this process have open: with too few it would end anywhere, without a word.</summary>
internal static class OpenFiles
{
    private const int LinuxLimit = 7;

    /// <summary>What a run in one process needs: its libraries, its results, and some for the runtime.</summary>
    public const int OneProcess = 256;

    /// <summary>
    /// What every node of a cluster needs on top at its coordinator: connections to its supervisor, its worker and its data, and the pipes of a process.
    /// </summary>
    public const int EachNode = 24;

    /// <summary>The limit; null where there is none to know.</summary>
    public static long? Limit()
    {
        if (!OperatingSystem.IsLinux() || GetLimit(LinuxLimit, out Limits limits) != 0)
            return null;
        return limits.Soft > long.MaxValue ? long.MaxValue : (long)limits.Soft;
    }

    /// <summary>A sentence, if there are too few.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="nodes">Nodes that are processes.</param>
    public static string? Refusal(long? limit, int nodes)
    {
        long needed = OneProcess + nodes * EachNode;
        return limit is { } known && known < needed
            ? $"This process may have {known} files open, and {(nodes > 0 ? $"a cluster of {nodes} nodes" : "a run")} takes up to {needed}. Raise the limit "
                + $"first: ulimit -n {Math.Max(1024, needed)}"
            : null;
    }

    [DllImport("libc", EntryPoint = "getrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetLimit(int resource, out Limits limits);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limits
    {
        public ulong Soft;
        public ulong Hard;
    }
}
