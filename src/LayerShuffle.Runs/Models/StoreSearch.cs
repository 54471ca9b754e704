namespace LayerShuffle.Runs.Models;

/// <summary>What the kept models tell of one that is to be made.</summary>
internal static class StoreSearch
{
    private const double MostSeconds = 1e8; // three years: what is more was never measured

    /// <summary>
    /// The finished model whose key differs in the fewest parts, and these parts; null if all differ in more than three. Models of one run alone, and other
    /// training seeds, do not count.
    /// </summary>
    public static (StoreEntry Entry, IReadOnlyList<string> Parts)? Nearest(TrainingKey key, IReadOnlyList<StoreEntry> entries) => entries
        .Where(entry => entry is { Finished: true, Key: not null } && entry.Hash != key.Hash && !entry.Key.Parts.ContainsKey(TrainingKey.RunPart))
        .Select(entry => (Entry: entry, Parts: key.Differences(entry.Key!)))
        .Where(pair => pair.Parts.Count <= 3 && !pair.Parts.SequenceEqual(["training_seed"]))
        .OrderBy(pair => pair.Parts.Count).ThenByDescending(pair => pair.Entry.LastUse).Select(pair => ((StoreEntry, IReadOnlyList<string>)?)pair)
            .FirstOrDefault();

    /// <summary>The key of the finished model, last used of several, that was trained in the same way at another place; null if there is none.</summary>
    public static TrainingKey? Elsewhere(TrainingKey key, IReadOnlyList<StoreEntry> entries) => entries
        .Where(entry => entry is { Finished: true, Key: not null } && key.Differences(entry.Key) is { Count: > 0 } parts
            && parts.All(TrainingKey.PlaceParts.Contains))
        .OrderByDescending(entry => entry.LastUse).ThenBy(entry => entry.Hash, StringComparer.Ordinal).FirstOrDefault()?.Key;

    /// <summary>
    /// How long a training like this took on this machine: that of the very model, or of another shape-wise equal one, in proportion to epochs and images.
    /// </summary>
    public static TimeSpan? TookLike(TrainingKey key, int epochs, int images, IReadOnlyList<StoreEntry> entries)
    {
        KeptModel? own = entries.FirstOrDefault(entry => entry.Hash == key.Hash)?.About;
        KeptModel? like = own is not null && own.Machine == Environment.MachineName ? own : entries
            .Where(entry => entry is { Key: not null, About.Seconds: > 0 } && entry.About.Machine == Environment.MachineName && entry.About.Images > 0
                && entry.About.Epochs > 0 && SameWork(key.Differences(entry.Key!)))
            .OrderBy(entry => key.Differences(entry.Key!).Count).ThenByDescending(entry => entry.LastUse).FirstOrDefault()?.About;
        return like is not { Seconds: > 0 and < MostSeconds, Epochs: > 0, Images: > 0 } ? null
            : TimeSpan.FromSeconds(like.Seconds * epochs * images / ((double)like.Epochs * like.Images));
    }

    private static bool SameWork(IReadOnlyList<string> differences) => differences.All(part =>
        !part.StartsWith("model.", StringComparison.Ordinal)
            && part is not ("threads" or "device" or "processor" or "training.batch_size" or "training.micro_batches" or "faults" or "clock"));
}
