using System.Globalization;
using System.Text;
using LayerShuffle.Core.Files;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Telling;
using LayerShuffle.Supervision;

namespace LayerShuffle.Runs.Folders;

/// <summary>
/// Where a run writes. An existing run is never overwritten, and while a run is alive no other one writes in its folder. <c>scenario.yaml</c> is written once,
/// and stays.
/// </summary>
internal sealed class OutputFolder : IDisposable
{
    private const string Scenario = "scenario.yaml", Unfinished = Disk.Unfinished;
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1); // a run that has just begun may not have its lock yet
    private readonly FolderLock held;
    private readonly string? topmost; // the topmost folder that this run had to make

    private OutputFolder(string path, FolderLock held, bool isNew, string? topmost) => (Path, this.held, IsNew, this.topmost) = (path, held, isNew, topmost);

    /// <summary>Its path, as the user would write it.</summary>
    public string Path { get; }

    /// <summary>Whether the run began here, and does not go on with one.</summary>
    public bool IsNew { get; }

    /// <summary>Whether it is still there.</summary>
    public bool IsThere => File.Exists(System.IO.Path.Combine(Path, Scenario));

    /// <summary>The folder of a new run, with its scenario in it.</summary>
    /// <param name="asked">--output; null: <c>results/SCENARIO/TIME</c>.</param>
    /// <param name="scenario">The scenario's name.</param>
    /// <param name="effective">What <c>scenario.yaml</c> is to hold.</param>
    /// <param name="time">The clock.</param>
    public static OutputFolder Create(string? asked, string scenario, string effective, TimeProvider time)
    {
        string parent = System.IO.Path.Combine("results", scenario);
        string stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string folder = asked ?? System.IO.Path.Combine(parent, stamp);
        if (asked is null && Directory.Exists(parent))
            Sweep(parent, time);
        for (int i = 2; ; i++)
        {
            if (asked is not null || !Directory.Exists(folder))
            {
                if (Begin(folder, effective, time) is { } begun)
                    return begun;
                if (asked is not null)
                    throw new UsageException($"{folder} exists and is not empty; results are never overwritten. Name another --output, or go on with that "
                        + $"run: --resume {ShellWords.Quote(folder)}");
            }

            folder = System.IO.Path.Combine(parent, $"{stamp}-{i}"); // also where another run has just taken it
        }
    }

    /// <summary>A folder for several runs that is not there yet: <c>results/SCENARIO/TIME</c>.</summary>
    public static string Unused(string scenario, TimeProvider time)
    {
        string stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string folder = System.IO.Path.Combine("results", scenario, stamp);
        for (int i = 2; Directory.Exists(folder); i++)
            folder = System.IO.Path.Combine("results", scenario, $"{stamp}-{i}");
        return folder;
    }

    /// <summary>The folder of a run that goes on.</summary>
    /// <param name="folder">--resume.</param>
    /// <param name="effective">The scenario, which must be the same.</param>
    /// <param name="time">The clock.</param>
    public static OutputFolder Resume(string folder, string effective, TimeProvider time)
    {
        string kept = System.IO.Path.Combine(folder, Scenario);
        if (!File.Exists(kept))
            throw new UsageException($"--resume: {folder} holds no run (there is no {Scenario} in it).");
        FolderLock held = FolderLock.Take(folder,
            time) ?? throw new UsageException($"--resume: the run in {folder} is alive{FolderLock.Holder(folder)}. Wait for it to end, or end it first.");
        try
        {
            if (!File.ReadAllBytes(kept).AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(effective)))
                throw new UsageException($"--resume: the scenario differs from the one that {folder} was made with ({kept}). Resume with the same scenario, "
                    + "--set and --seed, or start a new run.");
            Disk.DeleteUnfinished(folder); // what a killed run was writing; nobody else is here
            return new OutputFolder(folder, held, false, null);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Looks whether it is still there.</summary>
    /// <exception cref="IOException">It is not.</exception>
    public void CheckThere()
    {
        if (!IsThere)
            throw new IOException($"{System.IO.Path.Combine(Path, Scenario)} was removed by somebody else while the run was writing there.");
    }

    /// <summary>Points <c>results/NAME/latest</c> at this run if it lies in that folder; where links cannot be made, nothing happens.</summary>
    public void PointLatest(string scenario)
    {
        string parent = System.IO.Path.GetFullPath(System.IO.Path.Combine("results", scenario)), full = System.IO.Path.GetFullPath(Path);
        if (System.IO.Path.GetDirectoryName(full) != parent)
            return;
        string latest = System.IO.Path.Combine(parent, "latest");
        try
        {
            if (new DirectoryInfo(latest).LinkTarget is not null)
                Directory.Delete(latest);
            if (!System.IO.Path.Exists(latest))
                Directory.CreateSymbolicLink(latest, System.IO.Path.GetFileName(full));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // a convenience only: Windows grants links to developers alone
        }
    }

    /// <summary>Takes a folder away in which nothing is worth keeping, and those above it that were made for it. What workers said is kept elsewhere.</summary>
    /// <param name="time">The clock, for the name of the logs' new place.</param>
    /// <returns>Where the workers' logs are now; null if they said nothing. The folder stays if it cannot be removed.</returns>
    public string? Discard(TimeProvider time)
    {
        Dispose();
        string? moved = null;
        try
        {
            moved = KeepLogs(time);
            Disk.DeleteFolder(Path);
            string full = System.IO.Path.GetFullPath(Path);
            while (topmost is not null && full != topmost && System.IO.Path.GetDirectoryName(full) is { } above
                && !Directory.EnumerateFileSystemEntries(above).Any())
                Directory.Delete(full = above);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // it was to be tidy; the failure that led here is what matters
        }

        return moved;
    }

    /// <inheritdoc/>
    public void Dispose() => held.Dispose();

    /// <summary>Makes the folder and its scenario; null if somebody has something there.</summary>
    private static OutputFolder? Begin(string folder, string effective, TimeProvider time)
    {
        FolderLock? held = null;
        string? topmost = Topmost(folder);
        try
        {
            string target = System.IO.Path.Combine(folder, Scenario), temporary = target + Unfinished;
            if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any(entry => entry != temporary && !FolderLock.Is(entry)))
                return null;
            Disk.MakeFolder(folder);
            held = FolderLock.Take(folder, time);
            if (held is null)
                return null;
            Disk.About("write", temporary);
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0))
            {
                file.Write(Encoding.UTF8.GetBytes(effective));
                file.Flush(flushToDisk: true);
            }

            Disk.Move(temporary, target, overwrite: false); // never over another's
            return new OutputFolder(folder, held, true, topmost);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            held?.Dispose();
            Tidy(folder, topmost);
            throw new OutputFolderException(folder, e);
        }
    }

    /// <summary>Removes the folders of runs that were killed before they had written anything.</summary>
    private static void Sweep(string parent, TimeProvider time)
    {
        try
        {
            foreach (string folder in Directory.GetDirectories(parent)
                .Where(folder => new DirectoryInfo(folder).LinkTarget is null && time.GetUtcNow().UtcDateTime - Directory.GetLastWriteTimeUtc(folder) > Soon))
            {
                if (Directory.EnumerateFileSystemEntries(folder)
                    .All(entry => FolderLock.Is(entry) || System.IO.Path.GetFileName(entry) == Scenario + Unfinished))
                {
                    using FolderLock? held = FolderLock.Take(folder, time);
                    if (held is not null)
                        Disk.DeleteFolder(folder);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // it was to be tidy
        }
    }

    private static void Tidy(string folder, string? topmost)
    {
        try
        {
            if (topmost is not null && Directory.Exists(topmost))
                Disk.DeleteFolder(topmost);
            else
                Disk.Delete(System.IO.Path.Combine(folder, Scenario + Unfinished));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // as above
        }
    }

    private static string? Topmost(string folder)
    {
        string full = System.IO.Path.GetFullPath(folder);
        string? missing = null;
        for (string? at = full; at is not null && !System.IO.Path.Exists(at); at = System.IO.Path.GetDirectoryName(at))
            missing = at;
        return missing;
    }

    private string? KeepLogs(TimeProvider time)
    {
        string logs = System.IO.Path.Combine(Path, LogFiles.Folder);
        if (!Directory.Exists(logs) || !Directory.EnumerateFiles(logs).Any(
            file => System.IO.Path.GetFileName(file) != LogFiles.Coordinator && new FileInfo(file).Length > 0))
            return null;
        string name = string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}-{Environment.ProcessId}");
        string target = Directory.CreateDirectory(System.IO.Path.Combine(CacheRoot.Find(), LogFiles.Folder, name)).FullName;
        foreach (string file in Directory.EnumerateFiles(logs))
            File.Copy(file, System.IO.Path.Combine(target, System.IO.Path.GetFileName(file)));
        return target;
    }
}

/// <summary>The results cannot be written where they should go.</summary>
/// <param name="folder">Where.</param>
/// <param name="inner">Why.</param>
internal sealed class OutputFolderException(string folder, Exception inner)
    : IOException($"The results cannot be written to {folder}: {ErrorText.Sentence(inner)}", inner);
