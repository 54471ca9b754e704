using System.Globalization;

namespace LayerShuffle.Core.Files;

/// <summary>
/// The one place through which results, models and checkpoints change the disk: whoever makes, appends to, renames or removes a file does it here or announces
/// it here, so that a test can let every single operation fail.
/// </summary>
public static class Disk
{
    /// <summary>Ends the names of files and folders that are being written. Whoever owns what they are in may remove them: nobody else writes there.</summary>
    public const string Unfinished = ".tmp";

    private static readonly AsyncLocal<Action<string, string>?> Watcher = new(); // a test's own, whatever runs beside it
    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>
    /// Told of every operation, and its path, before it is done; it may throw instead. For tests, in whose flow of execution alone it holds, until it is
    /// disposed of.
    /// </summary>
    public static IDisposable Watch(Action<string, string> watcher)
    {
        Watcher.Value = watcher;
        return new Watched();
    }

    /// <summary>Announces an operation that is done elsewhere.</summary>
    public static void About(string operation, string path) => Watcher.Value?.Invoke(operation, path);

    /// <summary>
    /// Writes a file that appears whole or not at all, in an older one's place: beside it, then renamed. Nothing of it stays where that fails.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes it.</param>
    /// <param name="durable">Whether it must survive a power failure once this has returned.</param>
    public static void Replace(string path, Action<Stream> write, bool durable = true)
    {
        string temporary = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}{Unfinished}");
        try
        {
            About("create", temporary);
            using (FileStream stream = new(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.Read))
            {
                write(stream);
                About("write", temporary);
                stream.Flush(flushToDisk: durable);
            }

            Move(temporary, path);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Writes a file that appears whole or not at all.</summary>
    public static void Replace(string path, byte[] bytes, bool durable = true) => Replace(path, stream => stream.Write(bytes), durable);

    /// <summary>Renames a file, over another one if there is one.</summary>
    public static void Move(string from, string to, bool overwrite = true)
    {
        About("rename", to);
        File.Move(from, to, overwrite);
    }

    /// <summary>Renames a folder.</summary>
    public static void MoveFolder(string from, string to)
    {
        About("rename", to);
        Directory.Move(from, to);
    }

    /// <summary>Removes a file, if it is there.</summary>
    public static void Delete(string path)
    {
        if (!File.Exists(path))
            return;
        About("remove", path);
        File.Delete(path);
    }

    /// <summary>Removes a folder with all that is in it.</summary>
    public static void DeleteFolder(string path)
    {
        foreach (string file in Directory.EnumerateFiles(path, "*", Below))
            Delete(file);
        About("remove", path);
        Directory.Delete(path, true);
    }

    /// <summary>Makes a folder, if it is not there.</summary>
    public static string MakeFolder(string path)
    {
        if (!Directory.Exists(path))
        {
            About("create", path);
            Directory.CreateDirectory(path);
        }

        return path;
    }

    /// <summary>Removes what killed processes left unfinished in a folder, and below it. Links are not followed.</summary>
    public static void DeleteUnfinished(string folder)
    {
        foreach (string left in Directory.EnumerateDirectories(folder, "*" + Unfinished, Below).ToList())
            DeleteFolder(left);
        foreach (string left in Directory.EnumerateFiles(folder, "*" + Unfinished, Below).ToList())
            Delete(left);
    }

    /// <summary>Whether killed processes left anything unfinished in a folder, or below it.</summary>
    public static bool HasUnfinished(string folder) => Directory.EnumerateFileSystemEntries(folder, "*" + Unfinished, Below).Any();

    private static void TryDelete(string path)
    {
        try
        {
            Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // what led here is what matters; the next run removes it
        }
    }

    private sealed class Watched : IDisposable
    {
        public void Dispose() => Watcher.Value = null;
    }
}
