using System.Runtime.CompilerServices;
using LayerShuffle.Supervision;

namespace LayerShuffle.Tests;

/// <summary>
/// Computing threads wait as they do in the program: beside other tests two of them would be slower than one by orders of magnitude. Runs draw no reports here,
/// nor in the programs that tests start, but for the tests of reports. What tests write goes to memory where there is plenty. The programs that they start live
/// for seconds, and compile again at its best only what they call very often.
/// </summary>
internal static class ProcessSettings
{
    /// <summary>A file system in memory, where Linux has one; in a container it may be as small as 64 MB.</summary>
    private const string Memory = "/dev/shm";
    private const long Plenty = 4L << 30;

    [ModuleInitializer]
    internal static void Set()
    {
        ThreadWaits.Shorten();
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_REPORT", "off");
        Default("DOTNET_TieredPGO", "0");
        Default("DOTNET_TC_CallCountThreshold", "3E8"); // hexadecimal: 1,000 calls, usually 30
        Default("DOTNET_EnableWriteXorExecute", "0"); // mapping each page of code twice is a good part of compiling it
        Default("DOTNET_gcConcurrent", "0"); // nobody waits for a collection of their small heaps
        foreach (string authorities in new[] { "SSL_CERT_FILE", "SSL_CERT_DIR" })
            Default(authorities, "/dev/null"); // nor does a run itself speak to hosts that the system's hundred authorities vouch for
        if (HasMemory())
            Default("TMPDIR", Memory);
    }

    private static void Default(string name, string value)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)))
            Environment.SetEnvironmentVariable(name, value);
    }

    private static bool HasMemory()
    {
        try
        {
            return Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace > Plenty;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
