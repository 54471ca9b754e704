namespace LayerShuffle.Network.Clusters;

/// <summary>Chooses who hosts the layers of a node that is gone.</summary>
public static class Rehosting
{
    /// <summary>What a layer in training takes of a node's memory, in times of its weights: the weights, their gradient, and AdamW's two moments.</summary>
    public const int TrainingCost = 4;

    /// <summary>
    /// Gives each layer to the survivor whose capacity ÷ (layers it hosts + 1) is greatest of those that have room, the earlier of equals. Where a survivor hosts a copy of the layer already, one such takes
    /// it over: that costs nothing.
    /// </summary>
    /// <param name="layers">The layers without a host, in the order in which they choose.</param>
    /// <param name="survivors">Who is left, in order.</param>
    /// <param name="layerBytes">What a layer takes of their memory, in bytes; null: not known, so that memory sets no limit.</param>
    public static RehostingPlan Choose(IReadOnlyList<int> layers, IReadOnlyList<Survivor> survivors, long? layerBytes)
    {
        HashSet<int>[] hosted = [.. survivors.Select(survivor => survivor.Hosted.ToHashSet())];
        long[] room = [.. survivors.Select(survivor => HighestAverages.Room(survivor.MemoryBytes, layerBytes))];
        List<(int, int)> moves = [];
        List<int> orphans = [];
        foreach (int layer in layers)
        {
            int host = Next(i => hosted[i].Contains(layer));
            if (host < 0)
                host = Next(i => hosted[i].Count < room[i]);
            if (host < 0)
            {
                orphans.Add(layer);
                continue;
            }

            hosted[host].Add(layer);
            moves.Add((layer, survivors[host].Endpoint));
        }

        return new RehostingPlan(moves, orphans);

        int Next(Func<int, bool> mayTake) => HighestAverages.Next(survivors.Count, i => survivors[i].Capacity, i => hosted[i].Count, mayTake);
    }
}
