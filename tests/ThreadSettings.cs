using System.Runtime.CompilerServices;
using LayerShuffle.Supervision;

namespace LayerShuffle.Tests;

/// <summary>
/// Computing threads wait as they do in the program: beside other tests two of them would be slower than one by orders of magnitude. Runs draw no reports here,
/// nor in the programs that tests start, but for the tests of reports.
/// </summary>
internal static class ThreadSettings
{
    [ModuleInitializer]
    internal static void Set()
    {
        ThreadWaits.Shorten();
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_REPORT", "off");
    }
}
