using System.Diagnostics.CodeAnalysis;

namespace LayerShuffle.Transport.Blobs;

/// <summary>
/// A worker's blobs: in memory, and, if it has a directory, in files that outlive it and that several processes may share. With a directory, memory keeps a
/// blob until it is taken for the first time; without one, for as long as there is room. Thread-safe.
/// </summary>
public sealed class BlobCache
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, byte[]> memory = new(StringComparer.Ordinal);
    private readonly LinkedList<string> ages = []; // oldest first
    private readonly BlobFiles? files;
    private long held;

    /// <summary>An empty memory, and what the directory holds.</summary>
    /// <param name="directory">Where the files go, created if it is not there; null: memory only.</param>
    /// <param name="maxBytes">Bytes in memory, at most, and in files, at most; what was not used for longest goes first.</param>
    /// <param name="time">The clock that files get their times from.</param>
    /// <exception cref="IOException">The directory cannot be made.</exception>
    public BlobCache(string? directory, long maxBytes = 4L << 30, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        MaxBytes = maxBytes;
        files = directory is null ? null : new BlobFiles(directory, maxBytes, time ?? TimeProvider.System);
    }

    /// <summary>The most bytes that it holds, and that one shipment may have.</summary>
    public long MaxBytes { get; }

    /// <summary>Bytes in memory.</summary>
    public long MemoryBytes
    {
        get
        {
            lock (gate)
                return held;
        }
    }

    /// <summary>The bytes of a blob, verified.</summary>
    public bool TryTake(string hash, [NotNullWhen(true)] out byte[]? bytes)
    {
        lock (gate)
        {
            if (memory.TryGetValue(hash, out bytes))
            {
                Forget(hash);
                if (files is null)
                    Keep(hash, bytes); // the newest now
                return true;
            }
        }

        bytes = Blob.IsHash(hash) ? files?.Read(hash) : null;
        return bytes is not null;
    }

    /// <summary>Whether a blob is here; one from a file is verified and then held in memory until it is taken.</summary>
    public bool Has(Blob blob)
    {
        lock (gate)
        {
            if (memory.TryGetValue(blob.Hash, out byte[]? known))
            {
                Forget(blob.Hash);
                Keep(blob.Hash, known);
                return known.Length == blob.Bytes;
            }
        }

        if (files?.Read(blob.Hash) is not { } bytes || bytes.Length != blob.Bytes)
            return false;
        lock (gate)
            Keep(blob.Hash, bytes);
        return true;
    }

    /// <summary>Begins to take a blob, or goes on where it was left.</summary>
    internal BlobPartial Begin(Blob blob) => new(blob, files?.OpenPartial(blob.Hash));

    /// <summary>A blob has arrived and is right. Closes the partial one.</summary>
    internal void Finish(BlobPartial partial, byte[] bytes)
    {
        string? file = partial.File;
        partial.Dispose();
        lock (gate)
            Keep(partial.Blob.Hash, bytes);
        if (file is not null)
            files?.Finish(file, partial.Blob.Hash);
    }

    private void Keep(string hash, byte[] bytes)
    {
        if (!memory.TryAdd(hash, bytes))
            return;
        ages.AddLast(hash);
        held += bytes.Length;
        while (held > MaxBytes && ages.First!.Value != hash)
            Forget(ages.First.Value);
    }

    private void Forget(string hash)
    {
        if (!memory.Remove(hash, out byte[]? bytes))
            return;
        ages.Remove(hash);
        held -= bytes.Length;
    }
}
