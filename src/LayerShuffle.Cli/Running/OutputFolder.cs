using System.Globalization;

namespace LayerShuffle.Cli.Running;

/// <summary>Where a run writes. An existing run is never overwritten.</summary>
internal static class OutputFolder
{
    /// <summary>The folder of a new run, created and tried for writing.</summary>
    public static string Create(string? asked, string scenario, TimeProvider time)
    {
        string parent = Path.Combine("results", scenario);
        string stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string folder = asked ?? Path.Combine(parent, stamp);
        for (int i = 2; asked is null && Directory.Exists(folder); i++)
            folder = Path.Combine(parent, $"{stamp}-{i}");
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new UsageException($"{folder} exists and is not empty; results are never overwritten. Name another --output, or go on with that run: --resume {folder}");
        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path.Combine(folder, ".writable");
            File.WriteAllText(probe, "");
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The results cannot be written to {folder}: {e.Message}", e);
        }

        return folder;
    }

    /// <summary>Points <c>results/NAME/latest</c> at a run in that folder; where links cannot be made, nothing happens.</summary>
    public static void PointLatest(string folder, string scenario)
    {
        string parent = Path.GetFullPath(Path.Combine("results", scenario)), full = Path.GetFullPath(folder);
        if (Path.GetDirectoryName(full) != parent)
            return;
        string latest = Path.Combine(parent, "latest");
        try
        {
            if (new DirectoryInfo(latest).LinkTarget is not null)
                Directory.Delete(latest);
            if (!Path.Exists(latest))
                Directory.CreateSymbolicLink(latest, Path.GetFileName(full));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // a convenience only: Windows grants links to developers alone
        }
    }
}
