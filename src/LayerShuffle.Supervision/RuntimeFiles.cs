namespace LayerShuffle.Supervision;

/// <summary>
/// What the .NET runtime keeps in the temporary folder for each running process, for debuggers and counters to find it: <c>dotnet-diagnostic-PID-KEY-socket</c>
/// and <c>clr-debug-pipe-PID-KEY-in</c> and <c>-out</c>. It removes them when it ends, but not when it is killed, and a cluster whose faults are kills would
/// leave thousands.
/// </summary>
internal static class RuntimeFiles
{
    /// <summary>Removes those of a process that has ended; there are none on Windows.</summary>
    /// <param name="process">Its id.</param>
    public static void Remove(int process)
    {
        if (OperatingSystem.IsWindows())
            return;
        try
        {
            foreach (string pattern in new[] { $"dotnet-diagnostic-{process}-*-socket", $"clr-debug-pipe-{process}-*" })
            {
                foreach (string file in Directory.EnumerateFiles(Path.GetTempPath(), pattern))
                    File.Delete(file);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // somebody else cleans up too
        }
    }
}
