namespace LayerShuffle.Cluster.Wall;

/// <summary>What the coordinator remembers of the layers that a worker hosts, by model key.</summary>
internal sealed class HostedRecord
{
    private readonly Dictionary<string, SortedSet<int>> layers = []; // looked up by key only

    /// <summary>The layers of a model that are there, ascending.</summary>
    public int[] Of(string model) => layers.TryGetValue(model, out SortedSet<int>? there) ? [.. there] : [];

    /// <summary>Those of some layers of a model that are not there.</summary>
    public int[] Missing(string model, IEnumerable<int> wanted) => [.. wanted.Except(Of(model))];

    /// <summary>Layers are there now.</summary>
    public void Add(string model, IEnumerable<int> added)
    {
        if (!layers.TryGetValue(model, out SortedSet<int>? there))
            layers[model] = there = [];
        there.UnionWith(added);
    }

    /// <summary>All but some layers of one model is freed.</summary>
    /// <returns>Whether there was anything to free.</returns>
    public bool Keep(string model, IReadOnlyCollection<int> kept)
    {
        int before = layers.Values.Sum(there => there.Count);
        int[] left = [.. Of(model).Intersect(kept)];
        Clear();
        if (left.Length > 0)
            Add(model, left);
        return left.Length < before;
    }

    /// <summary>There is nothing: the worker is gone.</summary>
    public void Clear() => layers.Clear();
}
