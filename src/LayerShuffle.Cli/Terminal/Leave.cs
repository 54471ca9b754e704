using System.Runtime.InteropServices;

namespace LayerShuffle.Cli.Terminal;

/// <summary>Ends the process without waiting for anything in it.</summary>
internal static class Leave
{
    /// <summary>Ends the process; what hangs on it (workers, supervisors) ends by itself.</summary>
    public static void AtOnce(int code)
    {
        if (OperatingSystem.IsWindows())
            Environment.Exit(code);
        else
            ExitNow(code);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void ExitNow(int code);
}
