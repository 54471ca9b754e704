using System.Globalization;
using System.Text;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>
/// The processes of the programs that run in a workplace, found by their environment: it goes from the coordinator to its supervisors and on to their workers.
/// </summary>
internal static class ClusterProcesses
{
    /// <summary>Skips the test where there is no /proc to find processes in.</summary>
    public static void Need() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are found through /proc, which only Linux has.");

    /// <summary>Ids of all that live.</summary>
    public static int[] All(Workplace place) => [.. Find(place).Select(found => found.Id)];

    /// <summary>Ids of the workers.</summary>
    public static int[] Workers(Workplace place) => [.. Find(place).Where(found => found.Command == "worker").Select(found => found.Id)];

    /// <summary>Ids of the supervisors.</summary>
    public static int[] Supervisors(Workplace place) => [.. Find(place).Where(found => found.Command == "node").Select(found => found.Id)];

    /// <summary>Memory that all of them hold, shared pages counted once (the sum of their proportional set sizes).</summary>
    public static long MemoryBytes(Workplace place) => All(place).Sum(id =>
    {
        try
        {
            string line = File.ReadLines($"/proc/{id}/smaps_rollup").First(text => text.StartsWith("Pss:", StringComparison.Ordinal));
            return long.Parse(line[4..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
                CultureInfo.InvariantCulture) * 1024;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return 0; // it has just ended
        }
    });

    /// <summary>Waits until none is left; how long it took.</summary>
    public static async Task<TimeSpan> GoneAsync(Workplace place, TimeSpan patience)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            int[] left = All(place);
            TimeSpan elapsed = TimeProvider.System.GetElapsedTime(began);
            if (left.Length == 0)
                return elapsed;
            if (elapsed > patience)
                left.ShouldBeEmpty($"after {elapsed.TotalSeconds:0.0} s");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System); // no event tells of the end of a process that is not one's child
        }
    }

    /// <summary>No process is left, nor anything in the temporary folder.</summary>
    public static void ShouldLeaveNothing(this Workplace place)
    {
        All(place).ShouldBeEmpty("processes are left over");
        Directory.EnumerateFileSystemEntries(place.Temporary).Select(Path.GetFileName).ShouldBeEmpty("temporary files are left over");
    }

    private static IEnumerable<(int Id, string Command)> Find(Workplace place)
    {
        byte[] mark = Encoding.UTF8.GetBytes($"LAYERSHUFFLE_CACHE={place.Cache}\0");
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                continue;
            string[] arguments;
            try
            {
                if (File.ReadAllBytes($"{folder}/environ").AsSpan().IndexOf(mark) < 0)
                    continue;
                arguments = File.ReadAllText($"{folder}/cmdline").Split('\0');
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                continue; // it has just ended, or is somebody else's
            }

            int program = Array.FindIndex(arguments, argument => argument.EndsWith("layershuffle.dll", StringComparison.Ordinal));
            if (program >= 0 && program + 1 < arguments.Length)
                yield return (id, arguments[program + 1]);
        }
    }
}
