using System.Runtime.InteropServices;

namespace LayerShuffle.Supervision;

/// <summary>
/// How long libtorch's computing threads look for work before they sleep. OpenMP's own choice, some milliseconds, is the quickest where every thread has a core
/// to itself; beside other busy programs a thread that spins takes the core from the one that it waits for, and two threads are slower than one. So it is a
/// short spin where cores are free when the process starts, and none where they are not. It decides no byte of any result: it says how a thread waits, not what
/// it computes.
/// </summary>
public static class ThreadWaits
{
    /// <summary>GNU OpenMP's variable: how often a waiting thread looks before it sleeps.</summary>
    public const string Variable = "GOMP_SPINCOUNT";

    /// <summary>How often it looks where cores are free. Measured: ARCHITECTURE.md has the table.</summary>
    public const int Spins = 1000;

    private const int Samples = 20; // a thread that runs for a moment is not in all of them

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
        int spins = AreOthersBusy(Loads(), Environment.ProcessorCount) ? 0 : Spins;
        return SetEnvironment(Variable, spins.ToString(System.Globalization.CultureInfo.InvariantCulture), 1) == 0;
    }

    /// <summary>Whether other threads of this machine want all of its processors, all the time.</summary>
    /// <param name="loads">What /proc/loadavg said, several times (proc(5)): its fourth word is threads that run or want to, and all there are.</param>
    /// <param name="processors">Processors that this process may use.</param>
    public static bool AreOthersBusy(IEnumerable<string> loads, int processors)
    {
        int least = int.MaxValue;
        foreach (string load in loads)
        {
            string[] words = load.Split(' ');
            if (words.Length < 4 || !int.TryParse(words[3].Split('/')[0], System.Globalization.CultureInfo.InvariantCulture, out int running))
                return false;
            least = Math.Min(least, running);
        }

        return least != int.MaxValue && least - 1 >= processors; // the one that asks runs too
    }

    private static IEnumerable<string> Loads()
    {
        for (int i = 0; i < Samples; i++)
        {
            string load;
            try
            {
                load = File.ReadAllText("/proc/loadavg");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                yield break; // not to be known here
            }

            yield return load;
        }
    }

    [DllImport("libc", EntryPoint = "setenv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetEnvironment([MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value,
        int overwrite);
}
