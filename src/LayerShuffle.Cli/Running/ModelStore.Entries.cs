using System.Text.Json;
using LayerShuffle.Core.Files;

namespace LayerShuffle.Cli.Running;

/// <content>Looking through the store, and clearing it.</content>
internal sealed partial class ModelStore
{
    private const double MostSeconds = 1e8; // three years: what is more was never measured

    /// <summary>All models, by hash; what cannot be read is told as far as it can be.</summary>
    public IReadOnlyList<StoreEntry> Entries() => !Directory.Exists(root) ? []
        : [.. Directory.GetDirectories(root).Order(StringComparer.Ordinal).Select(Entry).OfType<StoreEntry>()];

    /// <summary>
    /// The finished model whose key differs in the fewest parts, and these parts; null if all differ in more than three. Models of one run alone, and other
    /// training seeds, do not count.
    /// </summary>
    public (StoreEntry Entry, IReadOnlyList<string> Parts)? Nearest(TrainingKey key, IReadOnlyList<StoreEntry> entries) => entries
        .Where(entry => entry is { Finished: true, Key: not null } && entry.Hash != key.Hash && !entry.Key.Parts.ContainsKey(TrainingKey.RunPart))
        .Select(entry => (Entry: entry, Parts: key.Differences(entry.Key!)))
        .Where(pair => pair.Parts.Count <= 3 && !pair.Parts.SequenceEqual(["training_seed"]))
        .OrderBy(pair => pair.Parts.Count).ThenByDescending(pair => pair.Entry.LastUse).Select(pair => ((StoreEntry, IReadOnlyList<string>)?)pair)
            .FirstOrDefault();

    /// <summary>
    /// How long a training like this took on this machine: that of the very model, or of another shape-wise equal one, in proportion to epochs and images.
    /// </summary>
    public TimeSpan? TookLike(TrainingKey key, int epochs, int images, IReadOnlyList<StoreEntry> entries)
    {
        KeptModel? own = entries.FirstOrDefault(entry => entry.Hash == key.Hash)?.About;
        KeptModel? like = own is not null && own.Machine == Environment.MachineName ? own : entries
            .Where(entry => entry is { Key: not null, About.Seconds: > 0 } && entry.About.Machine == Environment.MachineName && entry.About.Images > 0
                && entry.About.Epochs > 0 && SameWork(key.Differences(entry.Key!)))
            .OrderBy(entry => key.Differences(entry.Key!).Count).ThenByDescending(entry => entry.LastUse).FirstOrDefault()?.About;
        return like is not { Seconds: > 0 and < MostSeconds, Epochs: > 0, Images: > 0 } ? null
            : TimeSpan.FromSeconds(like.Seconds * epochs * images / ((double)like.Epochs * like.Images));
    }

    /// <summary>Removes models and all that belongs to them.</summary>
    /// <returns>What was removed, and what was left because a run is at it.</returns>
    public (IReadOnlyList<StoreEntry> Removed, IReadOnlyList<StoreEntry> InUse) Remove(IReadOnlyList<StoreEntry> entries)
    {
        List<StoreEntry> removed = [], inUse = [];
        foreach (StoreEntry entry in entries)
            (Remove(entry.Hash) ? removed : inUse).Add(entry);
        return (removed, inUse);
    }

    private static bool SameWork(IReadOnlyList<string> differences) => differences.All(part =>
        !part.StartsWith("model.", StringComparison.Ordinal)
            && part is not ("threads" or "device" or "processor" or "training.batch_size" or "training.micro_batches" or "faults" or "clock"));

    private bool Remove(string hash)
    {
        using FileStream store = Store(alone: true); // nobody opens a lock meanwhile
        string folder = Path.Combine(root, hash);
        if (!Directory.Exists(folder))
            return true;
        using (FileStream? held = TryOpen(Path.Combine(folder, LockName), alone: true))
        {
            if (held is null)
                return false;
            Forget(hash);
        }

        Disk.DeleteFolder(folder);
        return true;
    }

    private StoreEntry? Entry(string folder)
    {
        string hash = Path.GetFileName(folder);
        if (!IsHash(hash))
            return null; // the workers' blobs, or a stranger's
        try
        {
            FileInfo[] files = new DirectoryInfo(folder).GetFiles("*", SearchOption.AllDirectories);
            if (files.All(file => file.Name == LockName))
                return null; // nothing but a lock: somebody is about to begin
            FileInfo? used = files.FirstOrDefault(file => file.Name == UsedName);
            DateTime last = used?.LastWriteTimeUtc ?? files.Select(file => file.LastWriteTimeUtc).DefaultIfEmpty(Directory.GetLastWriteTimeUtc(folder)).Max();
            return new StoreEntry(hash, Read(Path.Combine(folder, KeyName), TrainingKeyOf),
                Read(Path.Combine(folder, AboutName), json => JsonSerializer.Deserialize<KeptModel>(json)), Has(hash), files.Sum(file => file.Length),
                new(last, TimeSpan.Zero));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // removed meanwhile
        }
    }

    private static bool IsHash(string name) => name.Length == 32 && name.All(char.IsAsciiHexDigitLower);

    private static TrainingKey? TrainingKeyOf(byte[] json) => TrainingKey.Parse(json);

    private static T? Read<T>(string path, Func<byte[], T?> read)
        where T : class
    {
        try
        {
            return File.Exists(path) ? read(File.ReadAllBytes(path)) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
