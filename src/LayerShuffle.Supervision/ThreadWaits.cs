using System.Runtime.InteropServices;

namespace LayerShuffle.Supervision;

/// <summary>
/// How long libtorch's computing threads look for work before they sleep. OpenMP's own choice, some milliseconds, is the quickest where every thread has a core
/// to itself; beside other busy programs a thread that spins takes the core from the one that it waits for, and two threads are slower than one. A short spin
/// loses neither. It decides no byte of any result: it says how a thread waits, not what it computes.
/// </summary>
public static class ThreadWaits
{
    /// <summary>GNU OpenMP's variable: how often a waiting thread looks before it sleeps.</summary>
    public const string Variable = "GOMP_SPINCOUNT";

    /// <summary>How often it looks. Measured: ARCHITECTURE.md has the table.</summary>
    public const int Spins = 1000;

    // With any of these the user has said how threads wait.
    private static readonly string[] Users = [Variable, "OMP_WAIT_POLICY", "KMP_BLOCKTIME"];

    /// <summary>
    /// Sets it for this process, unless the user has said otherwise. To be called before libtorch is loaded: OpenMP reads its environment once, when it is
    /// loaded. Elsewhere than on Linux libtorch has another OpenMP, and nothing happens.
    /// </summary>
    /// <returns>Whether it was set.</returns>
    public static bool Shorten()
    {
        if (!OperatingSystem.IsLinux() || Users.Any(name => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name))))
            return false;
        // The process's own environment: what Environment.SetEnvironmentVariable sets, native code does not see. Children are not given it: they are this
        // program and set it themselves, or none of our business.
        return SetEnvironment(Variable, Spins.ToString(System.Globalization.CultureInfo.InvariantCulture), 1) == 0;
    }

    [DllImport("libc", EntryPoint = "setenv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetEnvironment([MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value,
        int overwrite);
}
