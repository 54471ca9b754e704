using System.ComponentModel;
using System.Runtime.InteropServices;

namespace LayerShuffle.Supervision;

/// <summary>What .NET does not offer: kill(2), prctl(2), getppid(2), setsid(2), _exit(2).</summary>
public static class NativeProcess
{
    private const int NoSuchProcess = 3;
    private const int SetParentDeathSignal = 1;
    private const int KillNumber = 9;

    /// <summary>Sends a signal. A process that is gone already is no mistake.</summary>
    /// <exception cref="Win32Exception">It may not be sent.</exception>
    public static void Send(int process, WorkerSignal signal)
    {
        int number = signal switch
        {
            WorkerSignal.Kill => KillNumber,
            WorkerSignal.Stop => OperatingSystem.IsMacOS() ? 17 : 19,
            _ => OperatingSystem.IsMacOS() ? 19 : 18,
        };
        if (KillProcess(process, number) != 0 && Marshal.GetLastPInvokeError() is var error and not NoSuchProcess)
            throw new Win32Exception(error);
    }

    /// <summary>Asks Linux to kill this process when its parent ends. Holds for as long as the calling thread lives, so call it on one that does.</summary>
    public static void DieWithParent()
    {
        if (OperatingSystem.IsLinux())
            _ = Control(SetParentDeathSignal, KillNumber, 0, 0, 0);
    }

    /// <summary>The parent's process id; null on Windows, which keeps none that could be trusted.</summary>
    public static int? Parent() => OperatingSystem.IsWindows() ? null : ParentProcess();

    /// <summary>Leaves the terminal's session, so that its Ctrl-C goes to the parent alone. Nothing on Windows, or for who leads a group already.</summary>
    public static void LeaveTerminal()
    {
        if (!OperatingSystem.IsWindows())
            _ = NewSession();
    }

    /// <summary>Ends this process at once, without native destructors: threads that still compute would run into what these destroy.</summary>
    public static void ExitNow(int code)
    {
        if (OperatingSystem.IsWindows())
            Environment.FailFast($"Ended with {code} while it computed.");
        ExitProcess(code);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void ExitProcess(int code);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int KillProcess(int process, int signal);

    [DllImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int option, nint argument2, nint argument3, nint argument4, nint argument5);

    [DllImport("libc", EntryPoint = "getppid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ParentProcess();

    [DllImport("libc", EntryPoint = "setsid", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NewSession();
}
