namespace LayerShuffle.Scenarios.Syntax;

/// <summary>A map, its entries in the order in which they were written.</summary>
public sealed class MapNode : ScenarioNode
{
    private readonly Dictionary<string, MapEntry> byKey;

    /// <summary>A map of these entries; of a repeated key the first counts.</summary>
    public MapNode(IReadOnlyList<MapEntry> entries, SourceLocation location, string path)
        : base(location, path)
    {
        Entries = entries;
        byKey = new Dictionary<string, MapEntry>(entries.Count, StringComparer.Ordinal);
        foreach (MapEntry entry in entries)
            byKey.TryAdd(entry.Key, entry);
        Size = 1 + entries.Sum(entry => entry.Value.Size);
    }

    /// <summary>The entries, in order.</summary>
    public IReadOnlyList<MapEntry> Entries { get; }

    /// <inheritdoc/>
    public override long Size { get; }

    /// <summary>The entry with a key, also where its value is null; null where there is none.</summary>
    public MapEntry? Entry(string key) => byKey.GetValueOrDefault(key);

    /// <summary>The value of a key, or null where it is missing or says null: the two mean the same.</summary>
    public ScenarioNode? Get(string key) => byKey.TryGetValue(key, out MapEntry? entry) && !entry.Value.IsNull ? entry.Value : null;

    /// <summary>The map that is the value of a key, or null.</summary>
    public MapNode? Map(string key) => Get(key) as MapNode;

    /// <summary>This map with one key set, in place where it was there already.</summary>
    public MapNode With(MapEntry changed)
    {
        List<MapEntry> entries = [.. Entries];
        int at = entries.FindIndex(entry => entry.Key == changed.Key);
        if (at < 0)
            entries.Add(changed);
        else
            entries[at] = changed;
        return new MapNode(entries, Location, Path);
    }

    /// <summary>This map with some of its entries only.</summary>
    public MapNode Only(Func<MapEntry, bool> wanted) => new([.. Entries.Where(wanted)], Location, Path);

    /// <inheritdoc/>
    public override string Describe() => "a map";
}
