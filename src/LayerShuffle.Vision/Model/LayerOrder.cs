namespace LayerShuffle.Vision.Model;

/// <summary>Orders: the layer ids in the sequence in which they run.</summary>
public static class LayerOrder
{
    /// <summary>0, 1, …, layers − 1.</summary>
    public static IReadOnlyList<int> Ascending(int layers) => [.. Enumerable.Range(0, layers)];

    /// <summary>Checks that an order names existing layers, each at most once. An empty one is fine: all layers pruned.</summary>
    /// <exception cref="ModelFormatException">It does not.</exception>
    public static void Check(IReadOnlyList<int> order, int layers)
    {
        var seen = new HashSet<int>();
        foreach (int layer in order)
        {
            if (layer < 0 || layer >= layers)
                throw new ModelFormatException($"The order names layer {layer}, but the model's layers are 0 to {layers - 1}.");
            if (!seen.Add(layer))
                throw new ModelFormatException($"The order names layer {layer} twice; a layer runs at most once.");
        }
    }
}
