using System.Security.Cryptography;

namespace LayerShuffle.Transport.Blobs;

/// <summary>
/// Blobs as files: HASH for a whole one, HASH.N.part for one that is arriving, held exclusively by the process that writes it; N tells processes apart that
/// fetch the same blob at the same time, and whoever comes next takes over what a dead one left. Other files in the directory are left alone. A file counts
/// only after its hash was verified, so that it does not matter who wrote it.
/// </summary>
internal sealed class BlobFiles
{
    private const int Slots = 16;
    private const string PartialEnd = ".part";
    private readonly string directory;
    private readonly long maxBytes;
    private readonly TimeProvider time;

    public BlobFiles(string directory, long maxBytes, TimeProvider time)
    {
        this.directory = Path.GetFullPath(directory);
        this.maxBytes = maxBytes;
        this.time = time;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(this.directory);
        else
            Directory.CreateDirectory(this.directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>The blob's bytes, or null: there is no such file, or it was damaged and is gone now.</summary>
    public byte[]? Read(string hash)
    {
        string path = PathOf(hash);
        try
        {
            byte[] bytes;
            using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0))
            {
                if (file.Length > Math.Min(maxBytes, Array.MaxLength))
                    return null;
                bytes = GC.AllocateUninitializedArray<byte>((int)file.Length);
                file.ReadExactly(bytes);
            }

            if (Convert.ToHexStringLower(SHA256.HashData(bytes)) == hash)
            {
                File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime); // the age that eviction goes by: since its last use
                return bytes;
            }

            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not there, or of no use: it is fetched.
        }

        return null;
    }

    /// <summary>A partial file of the blob, what an ended process left of it included; null: none can be had, so memory must do.</summary>
    public FileStream? OpenPartial(string hash)
    {
        for (int slot = 0; slot < Slots; slot++)
        {
            try
            {
                return new FileStream(PathOf(hash) + $".{slot}{PartialEnd}", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException)
            {
                // Another process is writing it.
            }
            catch (UnauthorizedAccessException)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>Gives a closed partial file, whose content was verified, its final name, and makes room for it.</summary>
    public void Finish(string partial, string hash)
    {
        try
        {
            File.Move(partial, PathOf(hash), overwrite: true);
            File.SetLastWriteTimeUtc(PathOf(hash), time.GetUtcNow().UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process was faster, or the disk fails: memory has it.
        }

        Evict(hash);
    }

    // Oldest first, until what is left fits; the newest stays in any case.
    private void Evict(string newest)
    {
        try
        {
            FileInfo[] files = [.. new DirectoryInfo(directory).EnumerateFiles().Where(f => IsOurs(f.Name)).OrderBy(f => f.LastWriteTimeUtc)
                .ThenBy(f => f.Name, StringComparer.Ordinal)];
            long total = files.Sum(f => f.Length);
            foreach (FileInfo file in files.Where(f => f.Name != newest))
            {
                if (total <= maxBytes)
                    return;
                long length = file.Length;
                if (TryDelete(file))
                    total -= length;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process is tidying at the same time.
        }
    }

    private static bool TryDelete(FileInfo file)
    {
        try
        {
            // A partial file that somebody is writing is held, and stays.
            using FileStream? held = file.Name.EndsWith(PartialEnd, StringComparison.Ordinal)
                ? new FileStream(file.FullName, FileMode.Open, FileAccess.ReadWrite, FileShare.Delete, bufferSize: 0)
                : null;
            file.Delete();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsOurs(string name)
    {
        string[] parts = name.Split('.');
        return Blob.IsHash(parts[0]) && (parts.Length == 1 || (parts.Length == 3 && "." + parts[2] == PartialEnd));
    }

    private string PathOf(string hash) => Blob.IsHash(hash) ? Path.Combine(directory, hash)
        : throw new ArgumentException($"'{hash}' is not the hash of a blob.", nameof(hash));
}
