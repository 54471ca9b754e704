using LayerShuffle.Core.Files;

namespace LayerShuffle.Runs.Models;

/// <summary>
/// The locks of the store of models: one for each model, which who makes or removes it holds alone and who reads it shares, and one for the folders themselves.
/// </summary>
/// <param name="root">Where the store is.</param>
internal sealed class StoreLocks(string root)
{
    /// <summary>The file of a model's lock.</summary>
    public const string Name = "lock";

    private const string StoreLock = "store.lock";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>The lock of a model; null while another has it. Its folder is made where it is missing.</summary>
    public FileStream? Model(string hash, bool alone)
    {
        // Nobody opens a lock while folders are removed: else one would hold the lock of a folder that is no more, and another that of its successor.
        using FileStream store = Store(alone: false);
        string folder = Disk.MakeFolder(Path.Combine(root, hash)), path = Path.Combine(folder, Name);
        if (!alone && !File.Exists(path))
            TryOpen(path, alone: true)?.Dispose();
        return TryOpen(path, alone);
    }

    /// <summary>The lock of the store itself; waits for it.</summary>
    public FileStream Store(bool alone)
    {
        Disk.MakeFolder(root);
        string path = Path.Combine(root, StoreLock);
        using var never = new ManualResetEventSlim();
        while (true)
        {
            if (!File.Exists(path))
                TryOpen(path, alone: true)?.Dispose();
            if (TryOpen(path, alone) is { } held)
                return held;
            never.Wait(Poll); // held for moments only, and no event tells of another process
        }
    }

    /// <summary>A lock file, open; null while another has it open in a way that does not go with this one.</summary>
    public static FileStream? TryOpen(string path, bool alone)
    {
        try
        {
            return alone ? new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)
                : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException)) // no subclass: somebody else has it open
        {
            return null;
        }
    }
}
