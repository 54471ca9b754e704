using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using LayerShuffle.Core.Files;
using Microsoft.Win32.SafeHandles;

namespace LayerShuffle.Runs.Folders;

/// <summary>
/// The right to write in a folder: one process has it, until it is done or dead. On Unix it is flock(2) on a file of its own, whatever .NET's own file locking
/// is set to; on Windows the file is open for one process alone to write. The file says who has it, and goes with its owner.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private const string Name = "run.lock";
    private const int MostTries = 20, Exclusive = 2, Immediately = 4, WouldBlock = 11, WouldBlockMac = 35, SharingViolation = unchecked((int)0x80070020);
    private readonly FileStream file;
    private readonly string path;

    private FolderLock(FileStream file, string path) => (this.file, this.path) = (file, path);

    /// <summary>Whether a file of a folder is its lock.</summary>
    public static bool Is(string file) => Path.GetFileName(file) == Name;

    /// <summary>Takes a folder, which exists.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="time">The clock, for what others are told.</param>
    /// <returns>Null while another process has it.</returns>
    public static FolderLock? Take(string folder, TimeProvider time)
    {
        string path = Path.Combine(folder, Name);
        byte[] owner = JsonSerializer.SerializeToUtf8Bytes(new Owner(Environment.ProcessId, Environment.MachineName,
            time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)));
        for (int tries = 0; Open(path) is { } file; tries++)
        {
            try
            {
                Disk.About("write", path);
                file.SetLength(0);
                file.Write(owner);
                file.Flush();
            }
            catch
            {
                file.Dispose();
                throw;
            }

            if (tries == MostTries || (Read(path) is { } found && found.AsSpan().SequenceEqual(owner)))
                return new FolderLock(file, path);
            file.Dispose(); // its owner has removed it between our opening and our locking: nobody would meet this one
        }

        return null;
    }

    /// <summary>Who has a folder, in words; blank if that is not known.</summary>
    public static string Holder(string folder)
    {
        try
        {
            return Read(Path.Combine(folder, Name)) is { } text && JsonSerializer.Deserialize<Owner>(text) is { } owner
                ? string.Create(CultureInfo.InvariantCulture, $" (process {owner.Process} on {owner.Machine}, since {owner.Since})")
                : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            if (file.SafeFileHandle is { IsClosed: false })
                Disk.Delete(path); // while it is held, so that it is ours
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // on Windows it goes when it is closed; elsewhere a lock that nobody holds is in nobody's way
        }

        file.Dispose();
    }

    private static FileStream? Open(string path)
    {
        FileStream file;
        try
        {
            if (!File.Exists(path))
                Disk.About("create", path);
            // Unbuffered: nothing is left to be written when it is disposed of.
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite,
                (OperatingSystem.IsWindows() ? FileShare.Read : FileShare.ReadWrite) | FileShare.Delete, bufferSize: 0);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException) && e.HResult is WouldBlock or WouldBlockMac or SharingViolation)
        {
            return null; // .NET has tried a lock of its own, and met the owner's
        }

        if (OperatingSystem.IsWindows() || Lock(file.SafeFileHandle, Exclusive | Immediately) == 0
            || Marshal.GetLastPInvokeError() is not (WouldBlock or WouldBlockMac))
            return file; // any other error: this file system knows no locks
        file.Dispose();
        return null;
    }

    private static byte[]? Read(string path)
    {
        try
        {
            // A file that .NET opens by its path would be locked for reading first, which its owner prevents.
            using FileStream stream = OperatingSystem.IsWindows()
                ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
                : new FileStream(new SafeFileHandle(OpenToRead(path, 0), true), FileAccess.Read);
            using var all = new MemoryStream();
            stream.CopyTo(all);
            return all.ToArray();
        }
        catch (Exception e) when (e is IOException or ArgumentException) // the latter: there is no such file
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "open", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenToRead(string path, int flags);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Lock(SafeHandle file, int operation);

    private sealed record Owner(int Process, string Machine, string Since);
}
